// nwd-consent: the consent service as a program.
#include "common/calendar/working_calendar.h"
#include "common/person_keys/person_keys.h"
#include "common/program/service_program.h"
#include "common/retention/schedule.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/consent/app.h"

int main(int argc, char** argv) {
  using namespace nwd;  // NOLINT
  program::ServiceProgram program(consent::kServiceName,
                                  "Keeps people, what they agreed to and their records, and decides who may see what.",
                                  {.grpc_port = 7102, .http_port = 9102});
  program.AddPeer("directory", 7101);
  program.AddPeer("referral", 7103);
  program.AddPeer("outcome", 7104);
  consent::Options options;
  program.options()
      .Add("--compared-a-day", &options.compared_a_day_max,
           "Registrations of an organisation that are compared with others, a day")
      .Range(0, consent::kComparedADayLimit);
  if (const auto code = program.Configure(argc, argv)) return *code;

  const absl::StatusOr<calendar::WorkingCalendar> calendar =
      calendar::WorkingCalendar::Load(program.facts_folder() + "/bank-holidays-england.csv");
  if (!calendar.ok()) return program.Fail(calendar.status());

  const absl::StatusOr<retention::Schedule> retention =
      retention::Schedule::Load(program.facts_folder() + "/retention.csv", consent::kServiceName);
  if (!retention.ok()) return program.Fail(retention.status());
  // Keys lie apart from what they seal, so that erasing a person is erasing a key.
  auto keys = store::RocksStore::Open(
      {.folder = program.Folder("keys"), .block_cache_bytes = person_keys::kKeyStoreCacheBytes});
  if (!keys.ok()) return program.Fail(keys.status());
  auto data = store::RocksStore::Open({.folder = program.Folder("data")});
  if (!data.ok()) return program.Fail(data.status());

  if (const absl::Status taken = program.TakeUpRestore(**data); !taken.ok()) return program.Fail(taken);

  const audit::Log& audit_log =
      program.AuditLog(**data, {std::string(consent::kRecordDisclosed), std::string(consent::kReferralTextDisclosed)});
  consent::App app({.store = **data,
                    .keys = **keys,
                    .hub_key = program.hub_key(),
                    .clock = program.clock(),
                    .calendar = *calendar,
                    .registry = program.registry(),
                    .directory = program.Peer("directory"),
                    .referral = program.Peer("referral"),
                    .outcome = program.Peer("outcome"),
                    .metrics = program.metrics(),
                    .options = options,
                    .audit_log = &audit_log,
                    .read_hub_key = [&] { return program.ReadHubKey(); },
                    .key_files = {.forget_deleted = [&] { return store::RocksStore::ForgetDeleted(**keys); },
                                  .oldest_backup = [&] { return program.OldestKeyBackup(); }},
                    .retention = &*retention,
                    .make_backup = [&] { return program.MakeBackup(**data, **keys); },
                    .epoch = program.epoch(),
                    .restore = program.restore()});
  return program.Serve(app, {{"data", data->get()}, {"keys", keys->get()}});
}
