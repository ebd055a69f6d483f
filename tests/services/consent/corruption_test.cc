// Kept values that were changed, swapped or sealed under another key: found, DATA_LOSS, nothing disclosed, said in the
// log and counted. And a clock that is set wrong.
#include "common/log/capture.h"
#include "common/person_keys/wrapped_key.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"
#include "tests/testing/store_words.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::Contains;
using ::testing::HasSubstr;

class CorruptionTest : public ::testing::Test {
 protected:
  CorruptionTest() {
    lambeth_ = *ids::Uuid::Parse(desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH));
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    ada_ = NewPerson("Ada Lovelace", "bricklaying");
    grace_ = NewPerson("Grace Hopper", "welding");
  }
  struct Somebody {
    std::string ref, college_ref, consent_id;
    ids::Uuid id;
  };
  Somebody NewPerson(const std::string& name, const std::string& skill) {
    Somebody made;
    made.ref = desk_.Register("lambeth", name);
    made.college_ref = desk_.RefFor("college", made.ref, "lambeth");
    made.id = *ids::Uuid::Parse(desk_.PersonId("lambeth", made.ref));
    desk_.Put("lambeth", made.ref, desk_.Skills(skill));
    made.consent_id = desk_.Give("lambeth", made.ref, desk_.Terms({"college"}));
    return made;
  }
  std::string SkillsRow(const Somebody& of) const { return keys::Record(of.id, CATEGORY_SKILLS, lambeth_); }

  static void Put(store::Store& store, const std::string& key, const std::string& value) {
    auto put = [&](store::Txn& txn) {
      txn.Put(key, value);
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(store.Update(put)).ok());
  }
  void Change(const std::string& key, const std::function<void(storage::RecordVersion&)>& change) {
    storage::RecordVersion version;
    ASSERT_TRUE(version.ParseFromString(testing::Get(desk_.store(), key)));
    change(version);
    Put(desk_.store(), key, version.SerializeAsString());
  }
  // A started Services has every key in memory; another start has none.
  absl::StatusOr<v1::GetRecordResponse> Read(const Somebody& of) {
    return desk_.Read("college", of.college_ref, of.consent_id);
  }

  // Refused with DATA_LOSS, and said to the operator, with nobody's data in it.
  template <class Call>
  void ExpectFound(Call call) {
    const int64_t before = Corruptions();
    log::Capture log;
    const absl::Status refused = call();
    EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
    EXPECT_EQ(Corruptions(), before + 1);
    const std::vector<std::string> lines = log.Lines();
    EXPECT_THAT(lines, Contains(HasSubstr("\"event\":\"consent.corrupt\"")));
    for (const std::string& line : lines) {
      for (const char* secret : {"Ada", "Lovelace", "bricklaying", "welding"}) {
        EXPECT_THAT(line, ::testing::Not(HasSubstr(secret)));
      }
    }
  }
  int64_t Corruptions() const {
    const std::string text = desk_.metrics().Text();
    const std::string name = "\nnwd_consent_corruptions_total ";
    const size_t at = text.find(name);
    return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + name.size());
  }

  Desk desk_;
  ids::Uuid lambeth_;
  Somebody ada_, grace_;
};

TEST_F(CorruptionTest, ATamperedCiphertextIsFoundWhicheverByteItIs) {
  const std::string whole = testing::Get(desk_.store(), SkillsRow(ada_));
  storage::RecordVersion version;
  ASSERT_TRUE(version.ParseFromString(whole));
  for (size_t i = 0; i < version.sealed().size(); i += 7) {
    Change(SkillsRow(ada_), [&](storage::RecordVersion& changed) { (*changed.mutable_sealed())[i] ^= 1; });
    ExpectFound([&] { return Read(ada_).status(); });
    Put(desk_.store(), SkillsRow(ada_), whole);
  }
  EXPECT_TRUE(Read(ada_).ok()) << "mended, it is read again";
  EXPECT_TRUE(Read(grace_).ok()) << "another's was never touched";
}

TEST_F(CorruptionTest, OfWhatDoesNotOpenNothingIsCountedOrListedAsReleased) {
  v1::ConsentTerms once = desk_.Terms({"college"});
  once.set_max_uses(1);
  ada_.consent_id = desk_.Give("lambeth", ada_.ref, once);
  const std::string whole = testing::Get(desk_.store(), SkillsRow(ada_));
  Change(SkillsRow(ada_), [&](storage::RecordVersion& changed) { changed.mutable_sealed()->back() ^= 1; });
  ExpectFound([&] { return Read(ada_).status(); });
  v1::ListDisclosuresRequest list;
  list.set_person_ref(ada_.ref);
  const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "lambeth", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->disclosures_size(), 0);
  EXPECT_EQ(desk_.Audited("record.disclosed"), 0);
  Put(desk_.store(), SkillsRow(ada_), whole);
  EXPECT_TRUE(Read(ada_).ok()) << "its one use is still there";
}

TEST_F(CorruptionTest, ARecordSwappedBetweenPeopleIsFound) {
  const std::string adas = testing::Get(desk_.store(), SkillsRow(ada_));
  const std::string graces = testing::Get(desk_.store(), SkillsRow(grace_));
  Put(desk_.store(), SkillsRow(ada_), graces);
  Put(desk_.store(), SkillsRow(grace_), adas);
  ExpectFound([&] { return Read(ada_).status(); });
  ExpectFound([&] { return Read(grace_).status(); });
}

TEST_F(CorruptionTest, ARecordSwappedBetweenVersionsIsFound) {
  desk_.Put("lambeth", ada_.ref, desk_.Skills("roofing"));
  const std::string older = testing::Get(desk_.store(), keys::RecordVersion(ada_.id, CATEGORY_SKILLS, lambeth_, 1));
  storage::RecordVersion first;
  ASSERT_TRUE(first.ParseFromString(older));
  // The older content as the newest version: what was corrected would come back.
  Change(SkillsRow(ada_), [&](storage::RecordVersion& newest) { newest.set_sealed(first.sealed()); });
  ExpectFound([&] { return Read(ada_).status(); });
}

TEST_F(CorruptionTest, ARecordSwappedBetweenCategoriesIsFound) {
  v1::RecordSection goals;
  goals.mutable_goals()->add_goals("a flat of my own");
  desk_.Put("lambeth", ada_.ref, goals);
  storage::RecordVersion other;
  ASSERT_TRUE(other.ParseFromString(testing::Get(desk_.store(), keys::Record(ada_.id, CATEGORY_GOALS, lambeth_))));
  Change(SkillsRow(ada_), [&](storage::RecordVersion& skills) { skills.set_sealed(other.sealed()); });
  ExpectFound([&] { return Read(ada_).status(); });
}

TEST_F(CorruptionTest, AConsentThatDoesNotParsePermitsNothing) {
  Put(desk_.store(), keys::Consent(*ids::Uuid::Parse(ada_.consent_id)), "\xff\xff nonsense");
  ExpectFound([&] { return desk_.Check("college", ada_.college_ref, ada_.consent_id).status(); });
  ExpectFound([&] { return Read(ada_).status(); });
  EXPECT_TRUE(desk_.Check("college", grace_.college_ref, grace_.consent_id)->permitted());
}

TEST_F(CorruptionTest, APersonsKeyThatWasChangedOrPutInAnothersPlaceIsFound) {
  const std::string adas = testing::Get(desk_.keys(), person_keys::WrappedKeyRow(ada_.id));
  const std::string graces = testing::Get(desk_.keys(), person_keys::WrappedKeyRow(grace_.id));
  std::string changed = adas;
  changed.back() ^= 1;
  for (const std::string& wrong : {changed, graces, adas.substr(0, 20), std::string()}) {
    Put(desk_.keys(), person_keys::WrappedKeyRow(ada_.id), wrong);
    desk_.Restart();  // nothing is in memory
    ExpectFound([&] { return Read(ada_).status(); });
    ExpectFound([&] { return desk_.Check("college", ada_.college_ref, ada_.consent_id).status(); });
  }
  Put(desk_.keys(), person_keys::WrappedKeyRow(ada_.id), adas);
  desk_.Restart();
  EXPECT_TRUE(Read(ada_).ok());
}

TEST_F(CorruptionTest, UnderAnotherHubKeyNobodyIsKnownAndNothingOpens) {
  desk_.Restart('E');
  EXPECT_THAT(Read(ada_), Denied()) << "references lead nowhere";
  EXPECT_FALSE(desk_.Check("college", ada_.college_ref, ada_.consent_id)->permitted());
  // Asked by the id itself, as our services do: the key does not open.
  v1::CheckAccessRequest by_id = desk_.CheckRequest("", ada_.consent_id);
  by_id.set_person_id(ada_.id.ToString());
  by_id.set_on_behalf_of(desk_.IdOf("college"));
  ExpectFound([&] {
    return desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "service/referral", by_id).status();
  });
  desk_.Restart();
  EXPECT_TRUE(Read(ada_).ok()) << "under the right one all is as it was";
}

// ---- a clock that is set wrong

TEST_F(CorruptionTest, AClockMovedBackAnHourPermitsNothingBeforeItWasGivenAndUndoesNoWithdrawal) {
  ASSERT_TRUE(desk_.Withdraw("lambeth", ada_.consent_id).ok());
  desk_.clock().Advance(-absl::Hours(1));
  EXPECT_EQ(desk_.Check("college", ada_.college_ref, ada_.consent_id)->denied_categories(0).reason(),
            v1::DENIAL_REASON_NOT_IN_FORCE);
  EXPECT_THAT(Read(ada_), Denied());
  EXPECT_EQ(desk_.Check("college", grace_.college_ref, grace_.consent_id)->denied_categories(0).reason(),
            v1::DENIAL_REASON_OUT_OF_TIME)
      << "given in what is the future now";
  const std::string given_now = desk_.Give("lambeth", grace_.ref, desk_.Terms({"college"}));
  EXPECT_TRUE(desk_.Check("college", grace_.college_ref, given_now)->permitted());
  ASSERT_TRUE(desk_.Withdraw("lambeth", grace_.consent_id).ok()) << "a no is never too early";
  desk_.clock().Advance(absl::Hours(1));
  EXPECT_FALSE(desk_.Check("college", ada_.college_ref, ada_.consent_id)->permitted());
  EXPECT_FALSE(desk_.Check("college", grace_.college_ref, grace_.consent_id)->permitted());
  EXPECT_TRUE(desk_.Check("college", grace_.college_ref, given_now)->permitted());
}

TEST_F(CorruptionTest, AClockMovedForwardAnHourEndsWhatIsOverByItAndUndoesNoWithdrawal) {
  v1::ConsentTerms short_terms = desk_.Terms({"college"});
  *short_terms.mutable_valid_until() = ToTimestamp(desk_.clock().Now() + absl::Minutes(30));
  const std::string short_one = desk_.Give("lambeth", ada_.ref, short_terms);
  ASSERT_TRUE(desk_.Withdraw("lambeth", grace_.consent_id).ok());
  desk_.clock().Advance(absl::Hours(1));
  EXPECT_EQ(desk_.Check("college", ada_.college_ref, short_one)->denied_categories(0).reason(),
            v1::DENIAL_REASON_OUT_OF_TIME);
  EXPECT_EQ(desk_.Get("lambeth", short_one).state(), v1::CONSENT_STATE_EXPIRED);
  EXPECT_TRUE(Read(ada_).ok()) << "one that lasts longer";
  desk_.clock().Advance(-absl::Hours(1));
  EXPECT_TRUE(desk_.Check("college", ada_.college_ref, short_one)->permitted()) << "it is within its time";
  EXPECT_FALSE(desk_.Check("college", grace_.college_ref, grace_.consent_id)->permitted());
}

TEST_F(CorruptionTest, DisclosuresAndVersionsMadeUnderAWrongClockAreAllListed) {
  std::vector<std::string> made;
  for (const absl::Duration by : {absl::Hours(1), absl::Hours(-2), absl::Hours(1)}) {
    desk_.clock().Advance(by);
    const std::string consent = desk_.Give("lambeth", ada_.ref, desk_.Terms({"college"}));
    const auto read = desk_.Read("college", ada_.college_ref, consent);
    ASSERT_TRUE(read.ok()) << read.status();
    made.push_back(read->disclosure_id());
    desk_.Put("lambeth", ada_.ref, desk_.Skills("roofing"));
  }
  v1::ListDisclosuresRequest list;
  list.set_person_ref(ada_.ref);
  const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "lambeth", list);
  std::vector<std::string> seen;
  for (const v1::Disclosure& disclosure : listed->disclosures()) seen.push_back(disclosure.disclosure_id());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(made));
  v1::ListVersionsRequest versions;
  versions.set_person_ref(ada_.ref);
  versions.set_category(CATEGORY_SKILLS);
  EXPECT_EQ(desk_.Ask(desk_.services().version(), &VersionService::ListVersions, "lambeth", versions)->versions_size(),
            4);
}

}  // namespace
}  // namespace nwd::consent
