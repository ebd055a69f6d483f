// nwd-directory: reads its configuration, opens its store, serves, drains.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/program/service_program.h"
#include "common/retention/job.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/directory/app.h"

int main(int argc, char** argv) {
  using namespace nwd;
  program::ServiceProgram program("directory", "Keeps organisations and their trust, and the catalogue of services.",
                                  {.grpc_port = 7101, .http_port = 9101});
  program.AddPeer("referral", 7103);  // followed for places taken
  std::vector<std::string> admins;
  std::string postcodes;
  program.options().Add("--admins", &admins, "The first two admin organisations of an empty registry, as slugs: a,b");
  program.options()
      .Add("--postcodes", &postcodes,
           "Postcodes with their points: a CSV of the ONS Postcode Directory (without: by outcode)")
      .ExistingFile();
  if (const std::optional<int> exit_code = program.Configure(argc, argv)) return *exit_code;

  const absl::StatusOr<retention::Schedule> retention =
      retention::Schedule::Load(program.facts_folder() + "/retention.csv", "directory");
  if (!retention.ok()) return program.Fail(retention.status());
  auto data = store::RocksStore::Open({.folder = program.Folder("data")});
  if (!data.ok()) return program.Fail(data.status());
  // Nothing goes after days here: to give some would be a promise that nobody keeps.
  const absl::Status kept = retention::Job(**data, program.clock(), *retention, {}).Check();
  if (!kept.ok()) return program.Fail(kept);
  if (const absl::Status taken = program.TakeUpRestore(**data); !taken.ok()) return program.Fail(taken);
  directory::App app({.store = **data,
                      .hub_key = program.hub_key(),
                      .clock = program.clock(),
                      .registry = program.registry(),
                      .metrics = program.metrics(),
                      .referral = &program.Peer("referral"),
                      .facts_folder = program.facts_folder(),
                      .postcodes_file = postcodes,
                      .trust_domain = program.trust_domain(),
                      .admin_slugs = admins,
                      .epoch = program.epoch()});
  return program.Serve(app, {{"data", data->get()}});
}
