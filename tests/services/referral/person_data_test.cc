// What is held about a person, whole, for the consent service: every referral with every part of it, over pages.
#include "services/referral/person_data_service.h"

#include <gmock/gmock.h>

#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PersonDataTest : public Office {
 protected:
  // All that is told, page by page.
  std::vector<v1::PersonReferralItem> All(const std::string& organisation = "", int page_size = 500,
                                          const std::vector<std::string>& people = {"ada"}) {
    v1::ListPersonReferralsRequest request;
    for (const std::string& person : people) request.add_person_ids(Id(person));
    if (!organisation.empty()) request.set_organisation_id(Id(organisation));
    request.set_page_size(page_size);
    std::vector<v1::PersonReferralItem> items;
    do {
      const auto page = Call("service/consent", service_, &PersonDataService::ListPersonReferrals, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->items_size(), page_size);
      items.insert(items.end(), page->items().begin(), page->items().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return items;
  }
  static std::string WordOf(const v1::PersonReferralItem& item) {
    if (item.has_referral()) return Cat("referral ", item.referral().notes());
    if (item.has_event()) return ActionWord(item.event().action());
    if (item.has_note()) return Cat("note ", item.note().text());
    return Cat("appointment ", item.appointment().place());
  }
  static std::vector<std::string> Words(const std::vector<v1::PersonReferralItem>& items) {
    std::vector<std::string> words;
    for (const v1::PersonReferralItem& item : items) words.push_back(WordOf(item));
    return words;
  }
  void Note(const std::string& who, const std::string& referral_id, const std::string& text) {
    v1::AddNoteRequest note;
    note.set_referral_id(referral_id);
    note.set_text(text);
    ASSERT_TRUE(Call(who, referrals_, &ReferralService::AddNote, note).ok());
    clock_.Advance(absl::Seconds(1));
  }
  void Book(const std::string& referral_id, const std::string& place) {
    v1::BookAppointmentRequest book;
    book.set_referral_id(referral_id);
    *book.mutable_start_time() = ToTimestamp(clock_.Now() + absl::Hours(24));
    book.set_duration_minutes(30);
    book.set_place(place);
    ASSERT_TRUE(Call("college", appointments_, &AppointmentService::BookAppointment, book).ok());
  }
  PersonDataService service_{parts_};
};

TEST_F(PersonDataTest, EveryReferralWithAllItsPartsNewestFirst) {
  const std::string first = Accepted();
  Note("jobcentre", first, "prefers mornings");
  Note("college", first, "came by bus");
  Book(first, "room 4");
  v1::CreateReferralRequest draft = Request(false);
  draft.set_notes("never sent");
  ASSERT_TRUE(Create(draft).ok());
  const std::vector<std::string> all = {"referral never sent",
                                        "CREATE",
                                        "referral speaks Tigrinya at home",
                                        "CREATE",
                                        "SEND",
                                        "ACCEPT",
                                        "note prefers mornings",
                                        "note came by bus",
                                        "appointment room 4"};
  EXPECT_EQ(Words(All()), all);
  for (int page_size = 1; page_size < 5; ++page_size) EXPECT_EQ(Words(All("", page_size)), all) << page_size;
  for (const v1::PersonReferralItem& item : All()) {
    EXPECT_EQ(item.referral().person_ref(), "") << "whose reference is another's";
    EXPECT_EQ(item.event().practitioner(), "");
  }
}

TEST_F(PersonDataTest, APartyIsToldOfItsOwn) {
  const std::string id = Accepted();
  Note("jobcentre", id, "prefers mornings");
  Note("college", id, "came by bus");
  EXPECT_THAT(Words(All("college")), ElementsAre("referral ", "SEND", "ACCEPT", "note came by bus"))
      << "another's words it reads as a disclosure, or not at all";
  EXPECT_THAT(Words(All("jobcentre")),
              ElementsAre("referral speaks Tigrinya at home", "CREATE", "SEND", "ACCEPT", "note prefers mornings"));
  EXPECT_THAT(Words(All("stranger")), IsEmpty());
}

TEST_F(PersonDataTest, APageThatIsFullInBytesGoesOnWhereItStopped) {
  const std::string id = Accepted();
  const int notes = static_cast<int>(kPersonPageBytesMax / 4000) + 50;
  for (int i = 0; i < notes; ++i) Note("college", id, Cat(i, std::string(4000, 'x')));
  const std::vector<v1::PersonReferralItem> all = All();
  ASSERT_EQ(all.size(), static_cast<size_t>(notes) + 4);
  for (int i = 0; i < notes; ++i) {
    EXPECT_EQ(all[static_cast<size_t>(i) + 4].note().text().substr(0, 4), Cat(i, "xxxx").substr(0, 4));
  }
}

TEST_F(PersonDataTest, ThoseOfPeopleWhoAreOneAreInOneOrder) {
  Accepted();
  EXPECT_EQ(Words(All("", 2, {"ada", "nobody"})), Words(All()));
  EXPECT_THAT(All("", 500, {"nobody"}), IsEmpty());
}

TEST_F(PersonDataTest, AnErasedPersonsWordsAreGone) {
  Accepted();
  TellErased("ada");
  GoThroughEndedBases();
  for (const std::string& word : Words(All())) EXPECT_EQ(word.find("Tigrinya"), std::string::npos);
}

}  // namespace
}  // namespace nwd::referral
