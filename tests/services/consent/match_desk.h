// A desk at which people are registered with details of their own, matches confirmed and people split: lambeth (a
// borough), a job centre and a college.
#pragma once

#include <string>
#include <vector>

#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {

class MatchTest : public ::testing::Test {
 protected:
  MatchTest() {
    desk_.Add("lambeth", common::v1::ORGANISATION_KIND_BOROUGH);
    desk_.Add("jobcentre", common::v1::ORGANISATION_KIND_JOBCENTRE);
    desk_.Add("college", common::v1::ORGANISATION_KIND_COLLEGE);
  }
  static constexpr char kNino[] = "AB123456C";
  static constexpr char kOtherNino[] = "AB123457C";
  static constexpr char kUln[] = "9276308686";

  static v1::PersonDetails Ada() {
    v1::PersonDetails ada;
    ada.set_full_name("Ada Lovelace");
    ada.set_date_of_birth("1990-05-17");
    ada.set_postcode("SW9 8EJ");
    return ada;
  }
  absl::StatusOr<v1::RegisterPersonResponse> TryRegister(const std::string& who, const v1::PersonDetails& details) {
    v1::RegisterPersonRequest request;
    *request.mutable_details() = details;
    return desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, who, request);
  }
  v1::RegisterPersonResponse Register(const std::string& who, const v1::PersonDetails& details) {
    const auto response = TryRegister(who, details);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::RegisterPersonResponse());
  }
  static v1::ConfirmMatchRequest Confirming(const std::string& token) {
    v1::ConfirmMatchRequest request;
    request.set_match_token(token);
    request.set_person_present(true);
    return request;
  }
  static v1::ConfirmMatchRequest Confirming(const std::string& token, const std::string& nino) {
    v1::ConfirmMatchRequest request = Confirming(token);
    request.set_nino(nino);
    return request;
  }
  absl::StatusOr<v1::ConfirmMatchResponse> Confirm(const std::string& who, const v1::ConfirmMatchRequest& request) {
    return desk_.Ask(desk_.services().match(), &MatchService::ConfirmMatch, who, request);
  }
  absl::StatusOr<v1::SplitPersonResponse> Split(const std::string& who, const std::string& ref) {
    v1::SplitPersonRequest request;
    request.set_person_ref(ref);
    return desk_.Ask(desk_.services().match(), &MatchService::SplitPerson, who, request);
  }
  v1::GetPersonResponse Person(const std::string& who, const std::string& ref) {
    v1::GetPersonRequest request;
    request.set_person_ref(ref);
    const auto response = desk_.Ask(desk_.services().main_contact(), &MainContactService::GetPerson, who, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::GetPersonResponse());
  }
  absl::StatusOr<v1::SetMainContactResponse> SetMainContact(const std::string& who, const std::string& ref) {
    v1::SetMainContactRequest request;
    request.set_person_ref(ref);
    return desk_.Ask(desk_.services().main_contact(), &MainContactService::SetMainContact, who, request);
  }
  absl::StatusOr<v1::ConfirmMatchResponse> ConfirmByName(const std::string& who,
                                                         const v1::RegisterPersonResponse& registered,
                                                         const std::string& former_name) {
    v1::ConfirmMatchRequest request = Confirming(registered.possible_match().match_token());
    request.set_former_name(former_name);
    return Confirm(who, request);
  }
  absl::StatusOr<v1::ConfirmMatchResponse> ConfirmByBirthday(const std::string& who,
                                                             const v1::RegisterPersonResponse& registered,
                                                             const std::string& date_of_birth) {
    v1::ConfirmMatchRequest request = Confirming(registered.possible_match().match_token());
    request.set_date_of_birth(date_of_birth);
    return Confirm(who, request);
  }
  // Lambeth has Ada with a NINO; the job centre registers her without. They answer: lambeth's and the job centre's.
  struct TwoAdas {
    std::string lambeth;
    v1::RegisterPersonResponse jobcentre;
  };
  TwoAdas RegisterTwice() {
    v1::PersonDetails known = Ada();
    known.set_nino(kNino);
    TwoAdas two{Register("lambeth", known).person_ref(), Register("jobcentre", Ada())};
    EXPECT_TRUE(two.jobcentre.has_possible_match());
    return two;
  }
  TwoAdas Join() {
    TwoAdas two = RegisterTwice();
    const auto joined = Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino));
    EXPECT_TRUE(joined.ok()) << joined.status();
    return two;
  }
  std::vector<common::v1::PersonChange> PersonChanges(common::v1::PersonChange::Type type) {
    std::vector<common::v1::PersonChange> found;
    for (const common::v1::Change& change : desk_.Changes()) {
      if (change.has_person() && change.person().type() == type) found.push_back(change.person());
    }
    return found;
  }
  Desk desk_;
};

}  // namespace nwd::consent
