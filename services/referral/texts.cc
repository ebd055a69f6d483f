#include "services/referral/texts.h"

#include "common/base/strings.h"

namespace nwd::referral {
namespace {

std::string AssociatedData(std::string_view owner_id, std::string_view part) {
  return Cat("referral ", owner_id, " ", part);
}

}  // namespace

std::string SealText(const crypto::AeadKey& key, std::string_view owner_id, std::string_view part,
                     std::string_view text) {
  return text.empty() ? std::string() : key.Seal(text, AssociatedData(owner_id, part));
}

absl::StatusOr<std::string> OpenText(const person_keys::PersonKey& key, std::string_view owner_id,
                                     std::string_view part, std::string_view sealed) {
  if (sealed.empty() || key == nullptr) return std::string();
  return key->Open(sealed, AssociatedData(owner_id, part));
}

}  // namespace nwd::referral
