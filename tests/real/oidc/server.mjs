// An OpenID provider on loopback, with the sign-in pages that it has for development.
// PORT, CLIENT, SECRET and BACK are given by the environment. The address of a person is what they
// type as their login, and "unverified" in it makes it one that nobody has checked.
import Provider from "oidc-provider";

const { PORT, CLIENT, SECRET, BACK } = process.env;
const provider = new Provider(`http://localhost:${PORT}`, {
  clients: [{
    client_id: CLIENT,
    client_secret: SECRET,
    redirect_uris: [BACK],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  findAccount: async (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: id, email_verified: !id.includes("unverified") }),
  }),
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
});
provider.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
