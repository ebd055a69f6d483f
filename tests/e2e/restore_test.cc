// A consent service that loses its disk, and comes back from a backup: with the off-host ledger nothing that people took back
// is undone; without it everything rests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/files/files.h"
#include "common/ledger/ledger.h"
#include "common/status/status.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/process.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "tests/e2e/nwd_run.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

namespace fs = std::filesystem;
namespace v1 = consent::v1;
using ::testing::HasSubstr;

constexpr char kMarkOfHead[] = ".head";
const rpc::CallOptions kOptions{.timeout = absl::Seconds(30), .wait_for_ready = true, .practitioner = kPractitioner};

// Somebody whose identity the receiver may read.
struct Readable {
  World::Consented consented;
  std::string receivers_ref;
};

class Restores : public ::testing::Test {
 protected:
  void TearDown() override { StopFollowing(); }

  Readable MakeReadable(const std::function<void(v1::ConsentTerms&)>& change = {}) {
    Readable made;
    made.consented = world_.ConsentOf(kReferrer, world_.Register(kReferrer), {kReceiver}, /*standing=*/true, change);
    world_.PutIdentity(kReferrer, made.consented.person_ref);
    made.receivers_ref = world_.RefOf(kReferrer, made.consented.person_ref, kReceiver);
    EXPECT_EQ(Read(made), absl::OkStatus());
    return made;
  }
  absl::Status Read(const Readable& readable) {
    const auto request = World::ReadRequest(readable.receivers_ref, readable.consented.consent_id);
    return world_.ClientOf(kReceiver, "consent").Call<v1::GetRecordResponse>(request, kOptions).status();
  }
  v1::Consent ConsentOf(const Readable& readable) {
    v1::GetConsentRequest get;
    get.set_consent_id(readable.consented.consent_id);
    return world_.ClientOf(kReferrer, "consent").Call<v1::GetConsentResponse>(get, kOptions)->consent();
  }
  absl::Status Withdraw(const Readable& readable) {
    v1::WithdrawConsentRequest withdraw;
    withdraw.set_consent_id(readable.consented.consent_id);
    return world_.ClientOf(kReferrer, "consent").Call<v1::WithdrawConsentResponse>(withdraw, kOptions).status();
  }
  void Suspend(const Readable& readable, v1::SuspendReason reason) {
    v1::SuspendConsentRequest suspend;
    suspend.set_consent_id(readable.consented.consent_id);
    suspend.set_reason(reason);
    world_.Do<v1::SuspendConsentResponse>(kReferrer, suspend);
  }
  absl::Status Resume(const Readable& readable, bool person_agreed) {
    v1::ResumeConsentRequest resume;
    resume.set_consent_id(readable.consented.consent_id);
    resume.set_etag(ConsentOf(readable).etag());
    resume.set_person_agreed(person_agreed);
    return world_.ClientOf(kReferrer, "consent").Call<v1::ResumeConsentResponse>(resume, kOptions).status();
  }
  // Approved: somebody at the referrer, whom a stranger may know of as a public task.
  struct Standing {
    std::string person_ref;
    std::string authority_id;
  };
  Standing MakeStanding() {
    const v1::AssertAuthorityRequest request = Asserting(world_).request;
    Standing made{request.person_ref(), world_.Do<v1::AssertAuthorityResponse>(kReferrer, request).authority_id()};
    Approve(world_, made.authority_id);
    return made;
  }
  v1::AuthorityState StateOf(const Standing& standing) {
    v1::ListAuthoritiesRequest list;
    list.set_person_ref(standing.person_ref);
    const auto page = world_.ClientOf(kReferrer, "consent").Call<v1::ListAuthoritiesResponse>(list, kOptions);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const v1::Authority& authority : page->authorities()) {
      if (authority.authority_id() == standing.authority_id) return authority.state();
    }
    return v1::AUTHORITY_STATE_UNSPECIFIED;
  }
  void Object(const Standing& standing) {
    v1::ObjectToAuthorityRequest object;
    object.set_authority_id(standing.authority_id);
    world_.Do<v1::ObjectToAuthorityResponse>(kReferrer, object);
  }
  int WithdrawalsToldOf(const Readable& readable) {
    v1::ListNoticesRequest list;
    list.set_page_size(500);
    const auto page = world_.ClientOf(kReceiver, "consent").Call<v1::ListNoticesResponse>(list, kOptions);
    return static_cast<int>(
        std::count_if(page->notices().begin(), page->notices().end(), [&](const v1::Notice& notice) {
          return notice.type() == v1::NOTICE_TYPE_WITHDRAWAL && notice.consent_id() == readable.consented.consent_id;
        }));
  }
  v1::OpenCaseResponse OpenErasure(const Readable& readable) {
    v1::OpenCaseRequest open;
    open.set_person_ref(readable.consented.person_ref);
    open.set_kind(v1::CASE_KIND_ERASURE);
    open.set_request("Sample: erase me");
    return world_.Do<v1::OpenCaseResponse>(kReferrer, open);
  }
  void Erase(const v1::OpenCaseResponse& opened) {
    v1::AdvanceCaseRequest grant;
    grant.set_case_id(opened.case_id());
    grant.set_etag(opened.etag());
    grant.set_action(v1::CASE_ACTION_GRANT_ERASURE);
    v1::ErasePersonRequest erase;
    erase.set_case_id(opened.case_id());
    erase.set_etag(world_.Do<v1::AdvanceCaseResponse>(kReferrer, grant).etag());
    world_.Do<v1::ErasePersonResponse>(kAdmin, erase);
  }

  std::vector<std::string> AsOperator(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(),
                     {"--hub", world_.hub().folder, "--as", world_.HolderOf(common::v1::ROLE_OPERATOR)});
    return arguments;
  }
  // Of the consent service: its folders.
  nlohmann::json Backup() {
    const Ended made = RunNwd(AsOperator({"backup", "--json"}));
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const auto all = nlohmann::json::parse(made.out);
    for (const char* service : {"referral", "outcome"}) {
      EXPECT_TRUE(fs::exists(std::string(all["services"][service]["data_folder"]) + "/data")) << service;
    }
    // Carried off: what is in the service's own folder is lost with it.
    nlohmann::json carried;
    for (const char* name : {"data_folder", "keys_folder"}) {
      const fs::path from = std::string(all["services"]["consent"][name]);
      const std::string to = Cat(elsewhere_ / name, "-", ++carried_);
      fs::copy(from, to, fs::copy_options::recursive);
      carried[name] = to;
    }
    return carried;
  }
  void Follow(const std::string& file) {
    std::vector<std::string> command = {Cat(hub::ProgramsFolder(), "/nwd")};
    const std::vector<std::string> arguments = AsOperator({"ledger", "follow", "--file", file});
    command.insert(command.end(), arguments.begin(), arguments.end());
    auto started =
        hub::StartProcess({.command = command, .log_file = elsewhere_ / "follow.log", .end_with_parent = true});
    ASSERT_TRUE(started.ok()) << started.status();
    following_ = *std::move(started);
    while (true) {
      const auto line = hub::ReadLine(following_->output, absl::Now() + absl::Seconds(60));
      ASSERT_TRUE(line.ok()) << line.status();
      if (line->find("has all there is") != std::string::npos) return;
    }
  }
  void StopFollowing() {
    if (!following_.has_value()) return;
    EXPECT_EQ(hub::StopProcesses({following_->id}, absl::Seconds(30)), absl::OkStatus());
    close(following_->output);
    following_.reset();
  }
  Ended Restore(const nlohmann::json& backup, const std::vector<std::string>& more, const std::string& data = "") {
    std::vector<std::string> arguments = {"restore",
                                          "--service",
                                          "consent",
                                          "--data",
                                          data.empty() ? DataFolder() : data,
                                          "--backup",
                                          backup["data_folder"],
                                          "--key-backup",
                                          backup["keys_folder"],
                                          "--hub-key",
                                          hub::KeyFile(world_.hub().folder)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunNwd(arguments);
  }
  std::string LogUrl() const { return Cat("http://127.0.0.1:", world_.hub().Service("consent").http_port, "/audit"); }
  std::string DataFolder() const { return hub::DataFolder(world_.hub().folder, "consent"); }
  void LoseTheDisk() {
    world_.Kill("consent");
    fs::remove_all(DataFolder());
  }
  Ended Watch(const std::string& folder) {
    const Ended keys = RunNwd({"audit", "key", "--hub-key", hub::KeyFile(world_.hub().folder), "--trust-domain",
                               world_.hub().trust_domain, "--service", "consent"});
    const std::string file = elsewhere_ / "log.keys";
    std::ofstream(file) << keys.out;
    return RunNwd({"audit", "watch", LogUrl(), "--key", file, "--folder", folder, "--every", "0"});
  }

  World& world_ = World::Get();
  testing::TempFolder elsewhere_;
  std::optional<hub::Started> following_;
  int carried_ = 0;
};

TEST_F(Restores, WithTheLedgerNothingThatWasTakenBackIsUndone) {
  const Readable kept = MakeReadable(), withdrawn = MakeReadable(), erased = MakeReadable(), unasked = MakeReadable();
  const Readable counted = MakeReadable([](v1::ConsentTerms& terms) { terms.set_max_uses(5); });
  const v1::OpenCaseResponse asked = OpenErasure(erased);
  const Standing relied_on = MakeStanding(), objected = MakeStanding();
  const Readable in_doubt = MakeReadable();
  Suspend(in_doubt, v1::SUSPEND_REASON_IN_DOUBT);
  const std::string ledger = elsewhere_ / "consent.ledger";
  ASSERT_NO_FATAL_FAILURE(Follow(ledger));
  const nlohmann::json backup = Backup();

  Suspend(in_doubt, v1::SUSPEND_REASON_PERSON_ASKED);
  const Readable later = MakeReadable();
  ASSERT_EQ(Withdraw(later), absl::OkStatus());
  Erase(asked);
  Object(objected);
  Erase(OpenErasure(unasked));  // the backup knows of no case
  ASSERT_EQ(Withdraw(withdrawn), absl::OkStatus());
  // At once: the withdrawal was answered, so it is in the ledger.
  LoseTheDisk();
  StopFollowing();

  const Ended restored = Restore(backup, {"--ledger", ledger});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("done again when the service starts"));
  world_.Start("consent");

  EXPECT_EQ(Read(kept), absl::OkStatus());
  EXPECT_EQ(ConsentOf(withdrawn).state(), v1::CONSENT_STATE_WITHDRAWN);
  EXPECT_EQ(Read(withdrawn).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(WithdrawalsToldOf(withdrawn), 1) << "who read under it is told, as they were";
  EXPECT_EQ(Read(later).code(), absl::StatusCode::kPermissionDenied) << "nobody knows of it";
  for (const Readable* gone : {&erased, &unasked}) {
    EXPECT_EQ(Read(*gone).code(), absl::StatusCode::kPermissionDenied);
    v1::ListVersionsRequest list;
    list.set_person_ref(gone->consented.person_ref);
    list.set_category(common::v1::CATEGORY_IDENTITY);
    const auto versions = world_.ClientOf(kReferrer, "consent").Call<v1::ListVersionsResponse>(list, kOptions);
    EXPECT_EQ(versions.status().code(), absl::StatusCode::kPermissionDenied) << "nobody holds them any more";
  }
  EXPECT_FALSE(Resume(in_doubt, /*person_agreed=*/false).ok()) << "the person asked for it meanwhile";
  v1::ListErasuresRequest erasures;
  const auto listed = world_.ClientOf(kAdmin, "consent").Call<v1::ListErasuresResponse>(erasures, kOptions);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(std::count_if(listed->erasures().begin(), listed->erasures().end(),
                          [](const v1::GrantedErasure& one) { return one.erasure().has_erase_time(); }),
            2)
      << "that they were erased, and when, stays to be seen";
  EXPECT_EQ(StateOf(relied_on), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_EQ(StateOf(objected), v1::AUTHORITY_STATE_OBJECTED);
  EXPECT_EQ(ConsentOf(counted).state(), v1::CONSENT_STATE_SUSPENDED) << "how often it was used is not known";

  const Ended again = RunNwd(AsOperator({"ledger", "follow", "--once", "--file", ledger}));
  EXPECT_EQ(again.exit_code, 1) << again.out;
  EXPECT_THAT(again.err, HasSubstr("follow into another file"));
  EXPECT_FALSE(fs::exists(DataFolder() + "/restore.json")) << "the plan was carried out";
}

// An erasure cannot be undone, so it is done again to nobody but whom it was done to.
TEST_F(Restores, WhoWasSplitFromSomebodyErasedIsNotErasedWithThem) {
  v1::RegisterPersonRequest person = Person();
  v1::ConfirmMatchRequest joining;
  joining.set_nino(person.details().nino());
  joining.set_person_present(true);
  Readable stays, erased;
  stays.consented.person_ref = world_.Do<v1::RegisterPersonResponse>(kReferrer, person).person_ref();
  world_.PutIdentity(kReferrer, stays.consented.person_ref);
  person.mutable_details()->clear_nino();
  const auto second = world_.Do<v1::RegisterPersonResponse>(kReferrer, person);
  erased.consented.person_ref = second.person_ref();
  world_.PutIdentity(kReferrer, erased.consented.person_ref);
  joining.set_match_token(second.possible_match().match_token());
  world_.Do<v1::ConfirmMatchResponse>(kReferrer, joining);
  const v1::OpenCaseResponse asked = OpenErasure(stays);
  const std::string ledger = elsewhere_ / "consent.ledger";
  ASSERT_NO_FATAL_FAILURE(Follow(ledger));
  const nlohmann::json backup = Backup();
  v1::SplitPersonRequest split;
  split.set_person_ref(erased.consented.person_ref);
  world_.Do<v1::SplitPersonResponse>(kReferrer, split);
  Erase(OpenErasure(erased));
  LoseTheDisk();
  StopFollowing();
  const Ended restored = Restore(backup, {"--ledger", ledger});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  world_.Start("consent");

  const auto versions = [&](const Readable& one) {
    v1::ListVersionsRequest list;
    list.set_person_ref(one.consented.person_ref);
    list.set_category(common::v1::CATEGORY_IDENTITY);
    return world_.ClientOf(kReferrer, "consent").Call<v1::ListVersionsResponse>(list, kOptions);
  };
  EXPECT_EQ(versions(erased).status().code(), absl::StatusCode::kPermissionDenied);
  const auto kept = versions(stays);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_GT(kept->versions_size(), 0);
  v1::ListCasesRequest open;
  open.set_person_ref(stays.consented.person_ref);
  open.set_open_only(true);
  const auto cases = world_.ClientOf(kReferrer, "consent").Call<v1::ListCasesResponse>(open, kOptions);
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->cases_size(), 1) << "theirs still waits for its answer";
  EXPECT_EQ(cases->cases(0).case_id(), asked.case_id());
}

TEST_F(Restores, WithoutTheLedgerEveryConsentRestsUntilThePersonStandsByIt) {
  const Readable kept = MakeReadable(), withdrawn = MakeReadable();
  const Readable in_doubt = MakeReadable();
  Suspend(in_doubt, v1::SUSPEND_REASON_IN_DOUBT);
  const Standing objected = MakeStanding();
  const nlohmann::json backup = Backup();
  Object(objected);
  ASSERT_EQ(Withdraw(withdrawn), absl::OkStatus());
  LoseTheDisk();
  EXPECT_EQ(Restore(backup, {}).exit_code, 2) << "it is not forgotten by mistake";
  const Ended restored = Restore(backup, {"--without-ledger"});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  world_.Start("consent");
  for (const Readable* one : {&kept, &withdrawn}) {
    EXPECT_EQ(ConsentOf(*one).state(), v1::CONSENT_STATE_SUSPENDED);
    EXPECT_EQ(Read(*one).code(), absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(StateOf(objected), v1::AUTHORITY_STATE_ENDED) << "who might have objected is asked anew";
  EXPECT_FALSE(Resume(kept, /*person_agreed=*/false).ok()) << "the person is to be asked";
  EXPECT_FALSE(Resume(in_doubt, /*person_agreed=*/false).ok()) << "though it rested by the captor's own act before";
  EXPECT_EQ(Resume(kept, /*person_agreed=*/true), absl::OkStatus());
  EXPECT_EQ(Read(kept), absl::OkStatus());
}

TEST_F(Restores, TheLogGoesOnUnderANewEpochThatAWitnessFollows) {
  const Readable kept = MakeReadable();
  const std::string ledger = elsewhere_ / "consent.ledger", memory = elsewhere_ / "witness";
  ASSERT_NO_FATAL_FAILURE(Follow(ledger));
  const nlohmann::json backup = Backup();
  MakeReadable();
  // A cursor of the life that is lost.
  v1::WatchNoticesRequest watch;
  ASSERT_EQ(Withdraw(kept), absl::OkStatus());
  auto notices = world_.ClientOf(kReceiver, "consent").Watch<v1::WatchNoticesResponse>(watch, kOptions);
  v1::WatchNoticesResponse seen;
  ASSERT_TRUE(notices.Read(seen));
  watch.set_cursor(seen.cursor());

  std::string note;
  ASSERT_EQ(Watch(memory).exit_code, 0);
  for (const auto& entry : fs::directory_iterator(memory)) note = entry.path().string();
  LoseTheDisk();
  StopFollowing();
  const Ended restored = Restore(backup, {"--ledger", ledger, "--last-checkpoint", note});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  world_.Start("consent");
  MakeReadable();
  Ended looked;
  ASSERT_TRUE(Eventually([&] {
    looked = Watch(memory);
    return looked.exit_code == 0;
  })) << looked.out
      << looked.err;
  EXPECT_THAT(looked.out, HasSubstr("restored from a backup"));
  const Ended verified = RunNwd({"audit", "verify", LogUrl(), "--key", elsewhere_ / "log.keys"});
  EXPECT_EQ(verified.exit_code, 0) << "by the key that was published before: " << verified.out << verified.err;

  auto old = world_.ClientOf(kReceiver, "consent").Watch<v1::WatchNoticesResponse>(watch, kOptions);
  EXPECT_FALSE(old.Read(seen));
  EXPECT_EQ(status::ReasonOf(old.Finish()), "CURSOR_OUT_OF_RANGE") << "what follows it is not what followed it";
}

TEST_F(Restores, ALedgerThatIsCutShortAlteredOrOfAnotherHubIsRefused) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Withdraw(MakeReadable()), absl::OkStatus());
  const std::string ledger = elsewhere_ / "consent.ledger";
  const nlohmann::json backup = Backup();
  const Ended followed = RunNwd(AsOperator({"ledger", "follow", "--once", "--file", ledger}));
  ASSERT_EQ(followed.exit_code, 0) << followed.err;
  const std::string key = hub::KeyFile(world_.hub().folder);
  EXPECT_EQ(RunNwd({"ledger", "check", "--file", ledger, "--hub-key", key}).exit_code, 0);
  const std::string text = *files::ReadWhole(ledger, 64 << 20);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  ASSERT_GE(lines.size(), 3u);
  const std::string target = elsewhere_ / "restored";
  const auto refused_as = [&](std::vector<std::string> with, const std::string& says) {
    std::ofstream(ledger, std::ios::trunc) << absl::StrJoin(with, "\n") << "\n";
    const Ended refused = Restore(backup, {"--ledger", ledger}, target);
    EXPECT_NE(refused.exit_code, 0) << says;
    EXPECT_THAT(refused.err, HasSubstr(says));
    EXPECT_FALSE(fs::exists(target)) << "nothing is half done";
  };
  std::vector<std::string> cut(lines.begin(), lines.end() - 1);
  refused_as(cut, "is cut short");
  std::vector<std::string> gap = lines;
  gap.erase(gap.end() - 2);
  refused_as(gap, "does not follow the line before it");
  std::vector<std::string> swapped = lines;
  std::swap(swapped[0], swapped[1]);
  refused_as(swapped, "does not follow the line before it");
  std::vector<std::string> altered = lines;
  altered[0][20] = altered[0][20] == 'A' ? 'B' : 'A';
  refused_as(altered, "was not sealed by this service of this hub");

  std::ofstream(ledger, std::ios::trunc) << text;
  const std::string other = elsewhere_ / "other.key";
  ASSERT_EQ(RunNwd({"keys", "create", "--file", other}).exit_code, 0);
  const Ended of_another = RunNwd({"ledger", "check", "--file", ledger, "--hub-key", other});
  EXPECT_EQ(of_another.exit_code, 1);
  EXPECT_THAT(of_another.err, HasSubstr("was not sealed by this service of this hub"));
  // One that a backup since has overtaken.
  MakeReadable();
  const nlohmann::json newer = Backup();
  const Ended old = Restore(newer, {"--ledger", ledger}, target);
  EXPECT_EQ(old.exit_code, 2);
  EXPECT_THAT(old.err, HasSubstr("ends before the backup was made"));
  fs::remove(ledger + kMarkOfHead);
  EXPECT_EQ(Restore(backup, {"--ledger", ledger}, target).exit_code, 2)
      << "without its head nobody knows where it ends";

  fs::create_directories(target + "/something");
  EXPECT_EQ(Restore(backup, {"--without-ledger"}, target).exit_code, 2) << "the folder is not empty";
}

TEST_F(Restores, OnlyAnOperatorKeepsTheLedgerAndMakesBackups) {
  const Ended backup = RunNwd({"backup", "--hub", world_.hub().folder, "--as", kReferrer});
  EXPECT_EQ(backup.exit_code, 1);
  EXPECT_THAT(backup.err, HasSubstr("OPERATOR"));
  const Ended follow = RunNwd(
      {"ledger", "follow", "--once", "--hub", world_.hub().folder, "--as", kReferrer, "--file", elsewhere_ / "ledger"});
  EXPECT_EQ(follow.exit_code, 2);
  EXPECT_THAT(follow.err, HasSubstr("OPERATOR"));
}

// Last: nobody is there afterwards.
TEST_F(Restores, AnEmptyServiceInPlaceOfALostOneIsNotFollowed) {
  ASSERT_EQ(Withdraw(MakeReadable()), absl::OkStatus());
  const std::string ledger = elsewhere_ / "consent.ledger";
  const std::vector<std::string> follow = AsOperator({"ledger", "follow", "--once", "--file", ledger});
  ASSERT_EQ(RunNwd(follow).exit_code, 0);
  LoseTheDisk();
  world_.Start("consent");
  ASSERT_TRUE(Eventually([&] { return GetPage(world_, "consent", "/readyz").status == 200; }));
  Ended refused;
  ASSERT_TRUE(Eventually([&] {
    refused = RunNwd(follow);
    return refused.err.find("follow into another file") != std::string::npos;
  })) << refused.out
      << refused.err;
  EXPECT_NE(refused.exit_code, 0);
}

}  // namespace
}  // namespace nwd::e2e
