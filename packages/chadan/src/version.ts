/** The version of this command; a test holds it to package.json, which is elsewhere once it is built. */
export const version = '0.1.0'
