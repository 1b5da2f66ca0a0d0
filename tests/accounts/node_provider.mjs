// An OpenID Connect provider that knows anybody: node node_provider.mjs <oidc-provider> <settings as JSON>
//
// A person "signs in" at /interaction/<uid>/as?sub=…&acr=…, and changes their mind at /interaction/<uid>/abort.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

const [library, settings] = process.argv.slice(2);
const { port, client } = JSON.parse(settings);
const { Provider } = await import(library);
const key = (kind, options, alg) => ({
    ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), alg, use: "sig",
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [client],
    acrValues: ["eidas1", "eidas2"],
    claims: { given_name: ["given_name"], usual_name: ["usual_name"], email: ["email"] },
    cookies: { keys: ["only on loopback"] },
    features: {
        claimsParameter: { enabled: true },
        devInteractions: { enabled: false },
        jwtUserinfo: { enabled: true },
        rpInitiatedLogout: { enabled: true },
    },
    findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ sub, given_name: "Mona", usual_name: "Diallo", email: `${sub}@ailleurs.example` }),
    }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")] },
    pkce: { required: () => true },
});

async function decided(request, answer, url) {
    if (url.pathname.endsWith("/abort")) {
        return provider.interactionFinished(request, answer, { error: "access_denied" });
    }
    const { params } = await provider.interactionDetails(request, answer);
    const accountId = url.searchParams.get("sub");
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addOIDCClaims(["acr"]);
    const login = { accountId, acr: url.searchParams.get("acr") || undefined };
    return provider.interactionFinished(request, answer, { login, consent: { grantId: await grant.save() } });
}

const serve = provider.callback();
createServer((request, answer) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (/^\/interaction\/[^/]+\/(as|abort)$/.test(url.pathname)) {
        decided(request, answer, url).catch((problem) => answer.writeHead(500).end(String(problem)));
    } else if (url.pathname.startsWith("/interaction/")) {
        answer.end("Who are you?");
    } else {
        serve(request, answer);
    }
}).listen(port, "127.0.0.1");
