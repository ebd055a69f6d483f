#include "services/consent/cited_basis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/storage.pb.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kA[] = "11111111-1111-1111-1111-111111111111";
constexpr char kB[] = "22222222-2222-2222-2222-222222222222";
constexpr char kC[] = "33333333-3333-3333-3333-333333333333";

std::vector<std::string> Faults(const std::string& consent, const std::string& authority,
                                const std::string& emergency) {
  status::Violations violations;
  CheckCited({consent, authority, emergency}, violations);
  return FieldsOf(violations.ToStatus());
}

TEST(CitedBasis, ExactlyOneIsCited) {
  EXPECT_THAT(Faults(kA, "", ""), IsEmpty());
  EXPECT_THAT(Faults("", kA, ""), IsEmpty());
  EXPECT_THAT(Faults("", "", kA), IsEmpty());
  EXPECT_THAT(Faults("", "", ""), ElementsAre("consent_id"));
  EXPECT_THAT(Faults(kA, kB, ""), ElementsAre("consent_id", "authority_id"));
  EXPECT_THAT(Faults(kA, "", kC), ElementsAre("consent_id", "emergency_access_id"));
  EXPECT_THAT(Faults(kA, kB, kC), ElementsAre("consent_id", "authority_id", "emergency_access_id"));
}

TEST(CitedBasis, WhatIsCitedIsWrittenDownAndShownAsWhatItIs) {
  const std::string none;
  struct Row {
    Cited cited;
    BasisKind kind;
    const char *consent, *authority, *emergency;
  };
  const Row rows[] = {{CitedIn({kA, none, none}), BasisKind::kConsent, kA, "", ""},
                      {CitedIn({none, kB, none}), BasisKind::kAuthority, "", kB, ""},
                      {CitedIn({none, none, kC}), BasisKind::kEmergencyAccess, "", "", kC}};
  for (const Row& row : rows) {
    EXPECT_EQ(row.cited.kind, row.kind);
    storage::Disclosure disclosure;
    Cite(row.cited, disclosure);
    v1::Disclosure shown;
    ShowCited(disclosure, shown);
    EXPECT_EQ(shown.consent_id(), row.consent);
    EXPECT_EQ(shown.authority_id(), row.authority);
    EXPECT_EQ(shown.emergency_access_id(), row.emergency);
    for (const Row& other : rows) EXPECT_EQ(Cites(disclosure, other.cited), other.kind == row.kind);
    for (const BasisKind kind : {BasisKind::kConsent, BasisKind::kAuthority, BasisKind::kEmergencyAccess}) {
      EXPECT_EQ(Cites(disclosure, {kind, row.cited.id}), kind == row.kind) << "the same id as another kind's";
    }
  }
}

}  // namespace
}  // namespace nwd::consent
