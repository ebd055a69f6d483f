// nwd-referral: reads its options, opens its stores, serves, drains.
#include "common/calendar/working_calendar.h"
#include "common/person_keys/person_keys.h"
#include "common/program/service_program.h"
#include "common/retention/schedule.h"
#include "common/store_rocksdb/rocks_store.h"
#include "services/referral/app.h"
#include "services/referral/due_times.h"

int main(int argc, char** argv) {
  using namespace nwd;
  program::ServiceProgram program("referral",
                                  "Carries referrals from one organisation to another and says whose move it is.",
                                  {.grpc_port = 7103, .http_port = 9103});
  program.AddPeer("directory", 7101);
  program.AddPeer("consent", 7102);
  program.AddPeer("outcome", 7104);
  referral::Times times;
  const auto days = [&](const std::string& name, int* value, const std::string& help) {
    program.options().Add(name, value, help).Range(referral::kDaysMin, referral::kDaysMax);
  };
  days("--receive-within-days", &times.receive_within_days, "Working days to look at a referral that was sent");
  days("--decide-within-days", &times.decide_within_days, "Working days to take it on or not, before it expires");
  days("--answer-within-days", &times.answer_within_days, "Working days to answer a question, before it expires");
  days("--start-within-days", &times.start_within_days, "Working days from sending to the start of support");
  days("--close-within-days", &times.close_within_days, "Working days to acknowledge an end, before it is closed");
  days("--nudge-before-days", &times.nudge_before_days, "Working days before it expires that a reminder comes");
  days("--draft-kept-days", &times.draft_kept_calendar_days, "Days a draft is kept");
  days("--reopen-within-days", &times.reopen_within_calendar_days,
       "Days after its end that a referral can be reopened");
  if (const std::optional<int> code = program.Configure(argc, argv)) return *code;
  if (const absl::Status fit = referral::CheckTimes(times); !fit.ok()) return program.Fail(fit);

  const absl::StatusOr<calendar::WorkingCalendar> calendar =
      calendar::WorkingCalendar::Load(program.facts_folder() + "/bank-holidays-england.csv");
  if (!calendar.ok()) return program.Fail(calendar.status());
  const absl::StatusOr<retention::Schedule> retention =
      retention::Schedule::Load(program.facts_folder() + "/retention.csv", "referral");
  if (!retention.ok()) return program.Fail(retention.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> data =
      store::RocksStore::Open({.folder = program.Folder("data")});
  if (!data.ok()) return program.Fail(data.status());
  const absl::StatusOr<std::unique_ptr<store::Store>> keys = store::RocksStore::Open(
      {.folder = program.Folder("keys"), .block_cache_bytes = person_keys::kKeyStoreCacheBytes});
  if (!keys.ok()) return program.Fail(keys.status());
  if (const absl::Status taken = program.TakeUpRestore(**data); !taken.ok()) return program.Fail(taken);

  referral::App app({.store = **data,
                     .keys = **keys,
                     .hub_key = program.hub_key(),
                     .clock = program.clock(),
                     .facts = program.facts(),
                     .calendar = *calendar,
                     .registry = program.registry(),
                     .directory = program.Peer("directory"),
                     .consent = program.Peer("consent"),
                     .outcome = program.Peer("outcome"),
                     .metrics = program.metrics(),
                     .read_hub_key = [&] { return program.ReadHubKey(); },
                     .key_files = {.forget_deleted = [&] { return store::RocksStore::ForgetDeleted(**keys); },
                                   .oldest_backup = [&] { return program.OldestKeyBackup(); }},
                     .make_backup = [&] { return program.MakeBackup(**data, **keys); },
                     .epoch = program.epoch(),
                     .retention = &*retention,
                     .times = times});
  return program.Serve(app, {{"data", data->get()}, {"keys", keys->get()}});
}
