#include "common/person_keys/key_cache.h"

#include <algorithm>

namespace nwd::person_keys {

KeyCache::KeyCache(size_t keys_max) : keys_per_shard_max_(std::max<size_t>(1, keys_max / kShards)) {}

void KeyCache::Shard::Link(uint32_t at) {
  nodes[at].newer = kNone;
  nodes[at].older = newest;
  if (newest != kNone) nodes[newest].newer = at;
  newest = at;
  if (oldest == kNone) oldest = at;
}

void KeyCache::Shard::Unlink(uint32_t at) {
  const Node& node = nodes[at];
  (node.newer == kNone ? newest : nodes[node.newer].older) = node.older;
  (node.older == kNone ? oldest : nodes[node.older].newer) = node.newer;
}

void KeyCache::Shard::Remove(uint32_t at) {
  Unlink(at);
  index.erase(nodes[at].person_id);
  nodes[at].key.reset();
  free.push_back(at);
}

PersonKey KeyCache::Find(const ids::Uuid& person_id) {
  Shard& shard = ShardOf(person_id);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(person_id);
  if (found == shard.index.end()) return nullptr;
  if (shard.newest != found->second) {
    shard.Unlink(found->second);
    shard.Link(found->second);
  }
  return shard.nodes[found->second].key;
}

uint64_t KeyCache::Epoch(const ids::Uuid& person_id) const {
  const Shard& shard = ShardOf(person_id);
  absl::MutexLock lock(&shard.mutex);
  return shard.epoch;
}

PersonKey KeyCache::Insert(const ids::Uuid& person_id, PersonKey key, uint64_t epoch) {
  Shard& shard = ShardOf(person_id);
  absl::MutexLock lock(&shard.mutex);
  if (shard.epoch != epoch) return key;
  if (const auto found = shard.index.find(person_id); found != shard.index.end()) return shard.nodes[found->second].key;
  if (shard.index.size() >= keys_per_shard_max_) shard.Remove(shard.oldest);
  if (shard.free.empty()) {
    shard.free.push_back(static_cast<uint32_t>(shard.nodes.size()));
    shard.nodes.emplace_back();
  }
  const uint32_t at = shard.free.back();
  shard.free.pop_back();
  shard.nodes[at].person_id = person_id;
  shard.nodes[at].key = key;
  shard.index.emplace(person_id, at);
  shard.Link(at);
  return key;
}

void KeyCache::Destroyed(const ids::Uuid& person_id) {
  Shard& shard = ShardOf(person_id);
  absl::MutexLock lock(&shard.mutex);
  ++shard.epoch;
  if (const auto found = shard.index.find(person_id); found != shard.index.end()) shard.Remove(found->second);
}

}  // namespace nwd::person_keys
