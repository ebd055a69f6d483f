// A first look at a hub from Node.js: it is healthy, services are found, and a refusal says what was wrong. hub.py says where the hub is.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const CALL_MS = 20_000;
const hub = JSON.parse(process.env.NWD_TEST_HUB);
const protos = path.join(__dirname, "..", "..", "..", "proto");

const api = grpc.loadPackageDefinition(protoLoader.loadSync(
  ["grpc/health/v1/health.proto", "nwd/directory/v1/catalogue_service.proto", "nwd/directory/v1/organisation_service.proto",
    "nwd/consent/v1/person_service.proto"],
  { includeDirs: [protos], keepCase: true, enums: String, longs: Number }));
const details = protoLoader.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"], { includeDirs: [protos], keepCase: true });

const credentialsOf = (slug) => grpc.credentials.createSsl(
  fs.readFileSync(hub.authority),
  fs.readFileSync(path.join(hub.identities, slug, "tls.key")),
  fs.readFileSync(path.join(hub.identities, slug, "tls.crt")));

// A client whose calls are promises, each with a deadline and the practitioner who acts.
function connect(Service, slug, area) {
  const client = new Service(hub.addresses[area], credentialsOf(slug), { "grpc.ssl_target_name_override": "localhost" });
  const metadata = new grpc.Metadata();
  metadata.set("nwd-practitioner", "adviser-7");
  const call = (method, request) => new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + CALL_MS }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  return { call, close: () => client.close() };
}

// The details of an error, by the name of their message: { ErrorInfo: …, BadRequest: … }.
function detailsOf(error) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const status = details["google.rpc.Status"].deserialize(bytes);
  return Object.fromEntries(status.details.map(({ type_url, value }) => {
    const name = type_url.split("/").pop();
    return [name.split(".").pop(), details[name].deserialize(value)];
  }));
}

test("every service is healthy", async () => {
  for (const area of Object.keys(hub.addresses)) {
    const health = connect(api.grpc.health.v1.Health, "lambeth", area);
    assert.equal((await health.call("Check", { service: "" })).status, "SERVING", area);
    health.close();
  }
});

test("a registered organisation finds services near a postcode", async () => {
  const admin = connect(api.nwd.directory.v1.OrganisationService, "hub-office", "directory");
  const made = await admin.call("CreateOrganisation", { slug: "lambeth", name: "Lambeth Council", kind: "ORGANISATION_KIND_BOROUGH" });
  assert.match(made.organisation_id, /^[0-9a-f-]{36}$/);
  admin.close();

  const catalogue = connect(api.nwd.directory.v1.CatalogueService, "lambeth", "directory");
  const found = await catalogue.call("SearchServices", { text: "esol", near_postcode: "SW9 8EJ" });
  assert.ok(found.results.length > 0);
  assert.deepEqual(found.results.map((result) => result.distance_metres), found.results.map((result) => result.distance_metres).sort((a, b) => a - b));
  catalogue.close();
});

test("a refusal names every field that is wrong", async () => {
  const people = connect(api.nwd.consent.v1.PersonService, "lambeth", "consent");
  await assert.rejects(people.call("RegisterPerson", { details: { date_of_birth: "31/01/1990" } }), (error) => {
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    const { ErrorInfo, BadRequest } = detailsOf(error);
    assert.deepEqual([ErrorInfo.reason, ErrorInfo.domain], ["INVALID_REQUEST", "nwd"]);
    assert.deepEqual(BadRequest.field_violations.map(({ field }) => field).sort(), ["details.date_of_birth", "details.full_name"]);
    return true;
  });
  people.close();
});
