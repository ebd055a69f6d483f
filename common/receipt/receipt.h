// A receipt: what was decided on a consent, when and by whom, and what it is a consent to. JSON bytes, fixed at that
// moment and never written again; what is signed are those bytes.
//
//   const std::string bytes = Write(receipt);            // the same receipt gives the same bytes
//   absl::StatusOr<Receipt> told = Read(bytes);          // INVALID_ARGUMENT where it is no receipt of ours
//
// It is a dpv:ConsentReceipt around one dpv:ConsentRecord, as the DPV's guide to ISO/IEC TS 27560 has them
// (https://w3id.org/dpv/guides/consent-27560). What that vocabulary lacks stands under `nwd:`, in the words of our API.
//
// The person is named by the consent alone, "urn:uuid:<consent>#person": a receipt goes to every organisation named in
// the consent, and a reference of one of them would let the others join what they hold. So receipts of two consents do
// not tell that they are of one person. Whose a consent is, each party learns from the consent service under its own
// reference. Left out are also names of people, who recorded it as a person, why it was suspended or ended, and whether
// contact is dangerous: a receipt may lie on a table at home.
//
// Pure functions; values own what they hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"

namespace nwd::receipt {

struct Organisation {
  std::string organisation_id;
  std::string slug;  // empty where it was not known
  bool operator==(const Organisation&) const = default;
};

// A section of the record, and why it is needed.
struct Item {
  common::v1::Category category = common::v1::CATEGORY_UNSPECIFIED;
  std::string necessity;
  bool operator==(const Item&) const = default;
};

struct Receipt {
  std::string receipt_id, consent_id;
  absl::Time time;                    // of the decision, microseconds
  std::string event;                  // "GIVE", as the consent service names it
  consent::v1::ConsentState state{};  // after it
  bool by_person = false;             // they, or who acts for them, decided; else the organisation did
  Organisation recorded_by;
  std::string replaces_consent_id, replaced_by_consent_id;  // empty where it did not, or was not

  Organisation captor;
  std::vector<Organisation> recipients;
  common::v1::Purpose purpose{};
  std::vector<Item> items;
  consent::v1::SharingMode mode{};
  absl::Time valid_from = absl::InfinitePast();  // the infinite past: from when it is given
  absl::Time valid_until;
  int retention_days = 0;
  bool standing = false;
  int max_uses = 0;  // 0: any number
  consent::v1::CaptureMethod method{};
  consent::v1::RepresentativeKind representative{};  // unspecified: nobody acts for the person
  std::string language, text_sha256, text_version;
  std::string review_on;     // YYYY-MM-DD; empty: no such day
  std::string agreement_id;  // the data-sharing agreement it falls under; empty: none
  bool operator==(const Receipt&) const = default;
};

std::string Write(const Receipt& receipt);
absl::StatusOr<Receipt> Read(std::string_view bytes);

// What was decided, for people: some fifteen lines of text.
std::string Tell(const Receipt& receipt);

}  // namespace nwd::receipt
