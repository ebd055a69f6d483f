// A consent service that loses its disk, and comes back from a backup: with the off-host ledger nothing that people took back
// is undone; without it everything rests.
#include <gmock/gmock.h>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/files/files.h"
#include "common/ledger/ledger.h"
#include "common/status/status.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/restored_hub.h"

namespace nwd::e2e {
namespace {

using ::testing::HasSubstr;

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
  const v1::OpenCaseResponse unasked_case = OpenErasure(unasked);  // the backup knows of no case
  Erase(unasked_case);
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
    const auto versions = world_.ClientOf(kReferrer, "consent").Call<v1::ListVersionsResponse>(list, kPatiently);
    EXPECT_EQ(versions.status().code(), absl::StatusCode::kPermissionDenied) << "nobody holds them any more";
  }
  EXPECT_FALSE(Resume(in_doubt, /*person_agreed=*/false).ok()) << "the person asked for it meanwhile";
  v1::ListErasuresRequest erasures;
  const auto listed = world_.ClientOf(kAdmin, "consent").Call<v1::ListErasuresResponse>(erasures, kPatiently);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(std::count_if(listed->erasures().begin(), listed->erasures().end(),
                          [](const v1::GrantedErasure& one) { return one.erasure().has_erase_time(); }),
            2)
      << "that they were erased, and when, stays to be seen";
  EXPECT_EQ(std::count_if(listed->erasures().begin(), listed->erasures().end(),
                          [&](const v1::GrantedErasure& one) {
                            return one.case_id() == unasked_case.case_id() &&
                                   one.handler_organisation_id() == world_.IdOf(kReferrer);
                          }),
            1)
      << "by the same case, which the same organisation answered";
  EXPECT_EQ(WithdrawalsToldOf(erased), 0) << "what an erasure takes back is told by its own notice";
  EXPECT_EQ(StateOf(relied_on), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_EQ(StateOf(objected), v1::AUTHORITY_STATE_OBJECTED);
  EXPECT_EQ(ConsentOf(counted).state(), v1::CONSENT_STATE_SUSPENDED) << "how often it was used is not known";

  const Ended again = RunNwd(AsOperator({"ledger", "follow", "--once", "--file", ledger}));
  EXPECT_EQ(again.exit_code, 1) << again.out;
  EXPECT_THAT(again.err, HasSubstr("follow into another file"));
  EXPECT_FALSE(fs::exists(DataFolder() + "/restore.json")) << "the plan was carried out";
}

// What closes something without ending it: a no to what was asked, and a restriction.
TEST_F(Restores, ANoAndARestrictionStand) {
  const Readable refused = MakeReadable(), refused_later = MakeReadable(), asked_only = MakeReadable();
  const Readable restricted = MakeReadable(), lifted = MakeReadable();
  const v1::CreateConsentResponse asked = Ask(refused);
  Readable given_later = asked_only;
  const v1::CreateConsentResponse given = Ask(asked_only);
  given_later.consented.consent_id = given.consent_id();
  const std::string to_lift = RestrictIdentity(lifted);
  const std::string ledger = elsewhere_ / "consent.ledger";
  ASSERT_NO_FATAL_FAILURE(Follow(ledger));
  const nlohmann::json backup = Backup();

  Refuse(asked);
  Refuse(Ask(refused_later));  // the backup does not know what was refused
  world_.Give(kReferrer, given);
  ASSERT_EQ(Withdraw(given_later), absl::OkStatus());
  ASSERT_EQ(Lift(to_lift), absl::OkStatus());
  const std::string case_id = RestrictIdentity(restricted);
  LoseTheDisk();
  StopFollowing();
  const Ended restored = Restore(backup, {"--ledger", ledger});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  world_.Start("consent");

  EXPECT_EQ(Read(refused).code(), absl::StatusCode::kPermissionDenied) << "by the no";
  EXPECT_EQ(ConsentOf(refused).state(), v1::CONSENT_STATE_GIVEN) << "which closes it, and does not end it";
  EXPECT_EQ(Read(refused_later).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ConsentOf(refused_later).state(), v1::CONSENT_STATE_SUSPENDED) << "until the person was asked";
  EXPECT_EQ(ConsentOf(given_later).state(), v1::CONSENT_STATE_LAPSED) << "it is not open to be decided";
  EXPECT_EQ(Read(asked_only), absl::OkStatus()) << "what was never refused";
  EXPECT_EQ(Read(lifted), absl::OkStatus());
  EXPECT_EQ(Read(restricted).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Lift(case_id), absl::OkStatus()) << "whoever answered the case still does";
  EXPECT_EQ(Read(restricted), absl::OkStatus());
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
    return world_.ClientOf(kReferrer, "consent").Call<v1::ListVersionsResponse>(list, kPatiently);
  };
  EXPECT_EQ(versions(erased).status().code(), absl::StatusCode::kPermissionDenied);
  const auto kept = versions(stays);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_GT(kept->versions_size(), 0);
  v1::ListCasesRequest open;
  open.set_person_ref(stays.consented.person_ref);
  open.set_open_only(true);
  const auto cases = world_.ClientOf(kReferrer, "consent").Call<v1::ListCasesResponse>(open, kPatiently);
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
  const Ended restored = Restore(backup, {"--without-ledger", "--without-checkpoint"});
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
  auto notices = world_.ClientOf(kReceiver, "consent").Watch<v1::WatchNoticesResponse>(watch, kPatiently);
  v1::WatchNoticesResponse seen;
  ASSERT_TRUE(notices.Read(seen));
  watch.set_cursor(seen.cursor());

  std::string note;
  ASSERT_EQ(Watch(memory).exit_code, 0);
  for (const auto& entry : fs::directory_iterator(memory)) {
    if (entry.path().extension() == ".checkpoint") note = entry.path().string();
  }
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

  auto old = world_.ClientOf(kReceiver, "consent").Watch<v1::WatchNoticesResponse>(watch, kPatiently);
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
  fs::remove(ledger::HeadFile(ledger));
  EXPECT_EQ(Restore(backup, {"--ledger", ledger}, target).exit_code, 2)
      << "without its head nobody knows where it ends";

  fs::create_directories(target + "/something");
  EXPECT_EQ(Restore(backup, {"--without-ledger", "--without-checkpoint"}, target).exit_code, 2)
      << "the folder is not empty";
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
