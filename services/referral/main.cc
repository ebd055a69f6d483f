// nwd-referral: reads its options, opens its stores, serves, drains.
#include "common/calendar/working_calendar.h"
#include "common/program/service_program.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/referral/app.h"

int main(int argc, char** argv) {
  using namespace nwd;
  program::ServiceProgram program("referral",
                                  "Carries referrals from one organisation to another and says whose move it is.",
                                  {.grpc_port = 7103, .http_port = 9103});
  program.AddPeer("directory", 7101);
  program.AddPeer("consent", 7102);
  program.AddPeer("outcome", 7104);
  if (const std::optional<int> code = program.Configure(argc, argv)) return *code;

  const absl::StatusOr<facts::Facts> facts = facts::Facts::Load(program.facts_folder());
  if (!facts.ok()) return program.Fail(facts.status());
  const absl::StatusOr<calendar::WorkingCalendar> calendar =
      calendar::WorkingCalendar::Load(program.facts_folder() + "/bank-holidays-england.csv");
  if (!calendar.ok()) return program.Fail(calendar.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> data =
      store::RocksStore::Open({.folder = program.Folder("data")});
  if (!data.ok()) return program.Fail(data.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> keys =
      store::RocksStore::Open({.folder = program.Folder("keys")});
  if (!keys.ok()) return program.Fail(keys.status());

  referral::App app({.store = **data,
                     .keys = **keys,
                     .hub_key = program.hub_key(),
                     .clock = program.clock(),
                     .facts = *facts,
                     .calendar = *calendar,
                     .registry = program.registry(),
                     .directory = program.Peer("directory"),
                     .consent = program.Peer("consent"),
                     .outcome = program.Peer("outcome"),
                     .metrics = program.metrics()});
  return program.Serve(app, {{"data", data->get()}, {"keys", keys->get()}});
}
