#include "common/audit/signing.h"

#include <string>
#include <utility>

#include "common/base/strings.h"

namespace nwd::audit {
namespace {

// Newest first, with their lines' numbers.
std::vector<std::pair<uint32_t, crypto::SigningKey>> Numbered(const crypto::HubKey& hub_key, std::string_view service) {
  const std::vector<crypto::WrappingKey> lines = hub_key.WrappingKeys(Cat(service, "/audit-log"));
  std::vector<std::pair<uint32_t, crypto::SigningKey>> keys;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    keys.emplace_back(line->number, *crypto::SigningKey::FromRaw(line->key));
  }
  return keys;
}

}  // namespace

std::vector<crypto::SigningKey> SigningKeysOf(const crypto::HubKey& hub_key, std::string_view service) {
  std::vector<std::pair<uint32_t, crypto::SigningKey>> numbered = Numbered(hub_key, service);
  const bool overlap = numbered.size() > 1 && numbered[1].first + 1 == numbered[0].first;
  std::vector<crypto::SigningKey> keys;
  keys.push_back(std::move(numbered[0].second));
  if (overlap) keys.push_back(std::move(numbered[1].second));
  return keys;
}

std::vector<crypto::SigningKey> AllSigningKeysOf(const crypto::HubKey& hub_key, std::string_view service) {
  std::vector<crypto::SigningKey> keys;
  for (auto& [number, key] : Numbered(hub_key, service)) keys.push_back(std::move(key));
  return keys;
}

}  // namespace nwd::audit
