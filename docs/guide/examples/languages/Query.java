// Asks for a combined order with nothing but the JDK (17 or newer).
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.UUID;

class Query {
  /** Members of the credentials file; read them with the JSON library of your project. */
  static String given(String name) {
    return System.getenv(name);
  }

  // #region query
  static String query(String number) throws Exception {
    String path = "/v3/combine-transactions/out-trade-no/" + number;
    String time = String.valueOf(System.currentTimeMillis() / 1000);
    String nonce = UUID.randomUUID().toString().replace("-", "");
    Signature signer = Signature.getInstance("SHA256withRSA");
    signer.initSign(privateKey(given("privateKey")));
    signer.update(String.join("\n", "GET", path, time, nonce, "", "").getBytes());
    String signature = Base64.getEncoder().encodeToString(signer.sign());

    HttpRequest request = HttpRequest.newBuilder(URI.create(given("baseUrl") + path))
        .header("Accept", "application/json")
        .header("Wechatpay-Serial", given("publicKeyId")) // which key the answer is to be signed with
        .header("Authorization", "WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",serial_no=\"%s\",nonce_str=\"%s\",timestamp=\"%s\",signature=\"%s\""
            .formatted(given("mchid"), given("serialNo"), nonce, time, signature))
        .build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());

    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(publicKey(given("publicKey")));
    verifier.update((header(answer, "Timestamp") + "\n" + header(answer, "Nonce") + "\n").getBytes());
    verifier.update(answer.body()); // the bytes received, not an object written again
    verifier.update("\n".getBytes());
    if (!verifier.verify(Base64.getDecoder().decode(header(answer, "Signature"))))
      throw new SecurityException("the answer does not verify: nothing is known");
    if (answer.statusCode() != 200) throw new IllegalStateException(new String(answer.body()));
    return new String(answer.body());
  }
  // #endregion

  static String header(java.net.http.HttpResponse<?> answer, String name) {
    return answer.headers().firstValue("Wechatpay-" + name).orElseThrow();
  }

  static PrivateKey privateKey(String pem) throws Exception {
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der(pem)));
  }

  static PublicKey publicKey(String pem) throws Exception {
    return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der(pem)));
  }

  static byte[] der(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
  }

  public static void main(String[] number) throws Exception {
    System.out.println(query(number[0]));
  }
}
