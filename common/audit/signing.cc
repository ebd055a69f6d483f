#include "common/audit/signing.h"

#include <string>

#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr size_t kSigningMax = 2;

}  // namespace

std::vector<crypto::SigningKey> SigningKeysOf(const crypto::HubKey& hub_key, std::string_view service) {
  std::vector<crypto::SigningKey> keys = AllSigningKeysOf(hub_key, service);
  while (keys.size() > kSigningMax) keys.pop_back();
  return keys;
}

std::vector<crypto::SigningKey> AllSigningKeysOf(const crypto::HubKey& hub_key, std::string_view service) {
  const std::vector<crypto::WrappingKey> lines = hub_key.WrappingKeys(Cat(service, "/audit-log"));
  std::vector<crypto::SigningKey> keys;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    keys.push_back(*crypto::SigningKey::FromRaw(line->key));
  }
  return keys;
}

}  // namespace nwd::audit
