// nwd-outcome: reads its options, opens its stores, serves, drains.
#include "common/person_keys/person_keys.h"
#include "common/program/service_program.h"
#include "common/retention/schedule.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/outcome/app.h"

int main(int argc, char** argv) {
  using namespace nwd;
  program::ServiceProgram program("outcome",
                                  "Records what became of people, shows their journeys and publishes indicators.",
                                  {.grpc_port = 7104, .http_port = 9104});
  program.AddPeer("directory", 7101);
  program.AddPeer("consent", 7102);
  program.AddPeer("referral", 7103);
  if (const std::optional<int> code = program.Configure(argc, argv)) return *code;

  const absl::StatusOr<retention::Schedule> retention =
      retention::Schedule::Load(program.facts_folder() + "/retention.csv", "outcome");
  if (!retention.ok()) return program.Fail(retention.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> data =
      store::RocksStore::Open({.folder = program.Folder("data")});
  if (!data.ok()) return program.Fail(data.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> keys = store::RocksStore::Open(
      {.folder = program.Folder("keys"), .block_cache_bytes = person_keys::kKeyStoreCacheBytes});
  if (!keys.ok()) return program.Fail(keys.status());
  if (const absl::Status taken = program.TakeUpRestore(**data); !taken.ok()) return program.Fail(taken);

  outcome::App app({.store = **data,
                    .keys = **keys,
                    .hub_key = program.hub_key(),
                    .clock = program.clock(),
                    .facts = program.facts(),
                    .registry = program.registry(),
                    .directory = program.Peer("directory"),
                    .consent = program.Peer("consent"),
                    .referral = program.Peer("referral"),
                    .metrics = program.metrics(),
                    .read_hub_key = [&] { return program.ReadHubKey(); },
                    .key_files = {.forget_deleted = [&] { return store::RocksStore::ForgetDeleted(**keys); },
                                  .oldest_backup = [&] { return program.OldestKeyBackup(); }},
                    .make_backup = [&] { return program.MakeBackup(**data, **keys); },
                    .epoch = program.epoch(),
                    .retention = &*retention});
  return program.Serve(app, {{"data", data->get()}, {"keys", keys->get()}});
}
