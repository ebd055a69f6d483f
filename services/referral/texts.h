// Free text about a person, sealed under this service's key for that person. The associated data binds a text to its
// referral and its part, so that no sealed text can stand in another's place.
//
//   referral.set_sealed_question(SealText(*key, referral.referral_id(), kQuestion, text));
//   std::string text = OpenText(key, referral.referral_id(), kQuestion, referral.sealed_question());
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/person_keys/person_keys.h"

namespace nwd::referral {

inline constexpr std::string_view kNotes = "notes";
inline constexpr std::string_view kQuestion = "question";
inline constexpr std::string_view kAnswer = "answer";
inline constexpr std::string_view kPlace = "place";

// Empty text stays empty.
std::string SealText(const crypto::AeadKey& key, std::string_view owner_id, std::string_view part,
                     std::string_view text);
// Empty where nothing is sealed, and where the person was erased (`key` is null). DATA_LOSS where it does not open.
absl::StatusOr<std::string> OpenText(const person_keys::PersonKey& key, std::string_view owner_id,
                                     std::string_view part, std::string_view sealed);

}  // namespace nwd::referral
