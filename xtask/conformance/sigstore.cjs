// Serves Sigstore's own stand-ins for its authority of certificates and its log on a local port, as `sigstore` of Python is told where they are
// by a file. Usage: node sigstore.cjs FILE (from a folder with @sigstore/mock in node_modules); prints the address once it listens.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const { createRequire } = require("node:module");

const { initializeCA, initializeCTLog, initializeTLog, fulcioHandler, rekorHandler } = createRequire(`${process.cwd()}/`)("@sigstore/mock");

// A request for a certificate has its token in a header and its bytes in base64, which the stand-in looks for elsewhere and as they are.
function translated(body, headers) {
  const told = JSON.parse(body);
  if (!told.certificateSigningRequest) return body;
  const oidcIdentityToken = String(headers.authorization).replace(/^Bearer /, "");
  const certificateSigningRequest = Buffer.from(told.certificateSigningRequest, "base64").toString();
  return JSON.stringify({ credentials: { oidcIdentityToken }, certificateSigningRequest });
}

const keys = () => crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });

async function main() {
  const [certificates, transparency, log] = [keys(), keys(), keys()];
  const authority = await initializeCA(certificates, await initializeCTLog(transparency));
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  const handlers = [fulcioHandler(authority), rekorHandler(await initializeTLog(address, log))];
  server.on("request", async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const handler = handlers.find(({ path }) => path === request.url);
    const { statusCode, response: body, contentType } = handler
      ? await handler.fn(translated(Buffer.concat(parts).toString(), request.headers))
      : { statusCode: 404, response: `no ${request.url} here` };
    if (statusCode >= 400) console.error(`${request.url}: ${body}`);
    response.writeHead(statusCode, { "Content-Type": contentType || "text/plain" }).end(body);
  });
  const validFor = { start: new Date(Date.now() - 60_000).toISOString() };
  const publicLog = ({ publicKey }) => {
    const der = publicKey.export({ format: "der", type: "spki" });
    const keyId = crypto.createHash("sha256").update(der).digest("base64");
    const key = { rawBytes: der.toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor };
    return { baseUrl: address, hashAlgorithm: "SHA2_256", publicKey: key, logId: { keyId } };
  };
  const service = { url: address, majorApiVersion: 1, validFor, operator: "local" };
  const root = Buffer.from(authority.rootCertificate).toString("base64");
  const trust = {
    mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
    trustedRoot: {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [publicLog(log)],
      certificateAuthorities: [
        { subject: { organization: "local", commonName: "local" }, uri: address, certChain: { certificates: [{ rawBytes: root }] }, validFor },
      ],
      ctlogs: [publicLog(transparency)],
      timestampAuthorities: [],
    },
    signingConfig: {
      mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
      caUrls: [service],
      oidcUrls: [service],
      rekorTlogUrls: [service],
      tsaUrls: [],
      rekorTlogConfig: { selector: "ANY" },
      tsaConfig: { selector: "ANY" },
    },
  };
  fs.writeFileSync(process.argv[2], JSON.stringify(trust));
  console.log(address);
}

main();
