// Receives webhooks of the gateway with the JDK alone: WEBHOOK_SECRET=whsec_… java Receiver.java 3000

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Receiver {
  // #region verify
  static final byte[] KEY = Base64.getDecoder().decode(System.getenv("WEBHOOK_SECRET").replaceFirst("^whsec_", ""));

  static boolean isGenuine(Headers headers, byte[] body) throws Exception {
    String id = headers.getFirst("webhook-id"), stamp = headers.getFirst("webhook-timestamp");
    String signatures = headers.getFirst("webhook-signature");
    if (id == null || stamp == null || signatures == null || !stamp.matches("\\d{1,12}")) return false;
    if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(stamp)) > 300) return false;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
    mac.update((id + "." + stamp + ".").getBytes());
    mac.update(body); // the bytes as they came
    byte[] ours = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal())).getBytes();
    // While a secret is rotated there are several signatures: one must hold.
    for (String one : signatures.split(" ")) if (MessageDigest.isEqual(ours, one.getBytes())) return true;
    return false;
  }
  // #endregion

  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
    server.createContext("/", exchange -> {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      exchange.getRequestBody().transferTo(body);
      boolean genuine;
      try {
        genuine = isGenuine(exchange.getRequestHeaders(), body.toByteArray());
      } catch (Exception error) {
        genuine = false;
      }
      if (genuine) System.out.println(told(body.toString()));
      exchange.sendResponseHeaders(genuine ? 204 : 401, -1);
      exchange.close();
    });
    server.start();
    System.out.println("ready");
  }

  // Use your JSON library; this example has none.
  static String told(String json) {
    return text(json, "type") + " " + text(json, "reference") + " " + text(json.substring(json.indexOf("\"order\":{")), "state");
  }

  static String text(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }
}
