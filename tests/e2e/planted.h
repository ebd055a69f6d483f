// Made-up values for everything that people and practitioners type, and finding them in what the hub left behind.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace nwd::e2e {

// Nobody's. Telephone numbers are of the ranges that Ofcom keeps for drama; the National Insurance number has the
// format but was made up; no street of London is called so.
inline constexpr char kName[] = "Zebedee Quillfeather";
inline constexpr char kPreferredName[] = "Quilly";
inline constexpr char kBirth[] = "1961-02-27";
inline constexpr char kNino[] = "JX 66 77 38 D";
inline constexpr char kNhsNumber[] = "943 476 5919";
inline constexpr char kUln[] = "9276308686";
inline constexpr char kPostcode[] = "SW19 7QX";
inline constexpr char kAddress[] = "Flat 14b, 203 Wobblebottom Crescent";
inline constexpr char kPhone[] = "07700 900461";
inline constexpr char kLandline[] = "020 7946 0857";
inline constexpr char kEmail[] = "zebedee@quillfeather.example";
inline constexpr char kContactNotes[] = "ring twice before supper";
inline constexpr char kNeedNotes[] = "owes the landlord of the Plover";
inline constexpr char kAnswerOfTriage[] = "mostly sleeps on a narrowboat";
inline constexpr char kGoal[] = "to mend accordions for a living";
inline constexpr char kConcern[] = "frightened of a cousin called Borrowdale";
inline constexpr char kReferralNotes[] = "met at the library by the aquarium";
inline constexpr char kQuestion[] = "does he still have the greyhound";
inline constexpr char kAnswer[] = "the greyhound lives in Penge now";
inline constexpr char kMoveNote[] = "sounded cheerful on the telephone";
inline constexpr char kNote[] = "brought a letter about arrears";
inline constexpr char kPlace[] = "the bench behind Wobblebottom bakery";
inline constexpr char kRepresentative[] = "Philomena Quillfeather";
inline constexpr char kEvidence[] = "letter in violet ink from Marrowbone solicitors";
inline constexpr char kRetained[] = "we keep it for the tribunal in Croydon";
inline constexpr char kGrounds[] = "the bailiff of Tooting has a warrant for the tricycle";
inline constexpr char kGateway[] = "Runaway Tricycles Act 1911, section 3";
inline constexpr char kNecessity[] = "so that the tricycle finds its way home";
inline constexpr char kEmergency[] = "last seen on the ledge of a windmill";
inline constexpr char kOutcomeOfEmergency[] = "came down for marmalade";
inline constexpr char kReview[] = "marmalade was the right thing";
inline constexpr char kComplaint[] = "he was asked about his accordion in front of the aquarium";
inline constexpr char kAnswerToComplaint[] = "we apologised, and the accordion is not spoken of";
// In calls that are refused.
inline constexpr char kBadNino[] = "QQ 55 44 33 Z";
inline constexpr char kBadPostcode[] = "ZEB EDEE9";
inline constexpr char kBadName[] = "Ermintrude Snowdrop-Vole";
inline constexpr char kBadText[] = "the vole is not to be told";

inline const std::vector<std::string>& Planted() {
  static const std::vector<std::string> planted = {kName,          kPreferredName,
                                                   kBirth,         kNino,
                                                   kNhsNumber,     kUln,
                                                   kPostcode,      kAddress,
                                                   kPhone,         kLandline,
                                                   kEmail,         kNote,
                                                   kNeedNotes,     kContactNotes,
                                                   kGoal,          kAnswerOfTriage,
                                                   kConcern,       kReferralNotes,
                                                   kQuestion,      kAnswer,
                                                   kMoveNote,      kPlace,
                                                   kRetained,      kRepresentative,
                                                   kEvidence,      kBadNino,
                                                   kBadPostcode,   kBadName,
                                                   kBadText,       "Zebedee",
                                                   "Quillfeather", "Wobblebottom",
                                                   "Snowdrop",     kGrounds,
                                                   kGateway,       kNecessity,
                                                   kEmergency,     kOutcomeOfEmergency,
                                                   kReview,        "marmalade",
                                                   kComplaint,     kAnswerToComplaint,
                                                   "tricycle"};
  return planted;
}

// The planted values that occur in `bytes`: in any case, with their spaces or without.
inline std::vector<std::string> FindIn(std::string bytes, const std::vector<std::string>& values) {
  absl::AsciiStrToLower(&bytes);
  std::vector<std::string> found;
  for (const std::string& value : values) {
    const std::string lower = absl::AsciiStrToLower(value);
    const std::string compact = absl::StrReplaceAll(lower, {{" ", ""}});
    if (bytes.find(lower) != std::string::npos || bytes.find(compact) != std::string::npos) found.push_back(value);
  }
  return found;
}

}  // namespace nwd::e2e
