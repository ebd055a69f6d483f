// All services in memory, as readers and search see them now. Readers take the current index and keep it as long as
// they like; a new one takes its place as a whole, so that an import is seen whole or not at all. What the hub itself
// knows (links, capacity, places taken) changes in place, through here, after it has been committed.
//
// Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/directory/lexicon.h"
#include "services/directory/search_index.h"

namespace nwd::directory {

using IndexPtr = std::shared_ptr<const SearchIndex>;

class Catalogue {
 public:
  Catalogue();

  IndexPtr Current() const;
  Lexicon& lexicon() { return lexicon_; }

  // A new index: the current one with these documents added or replaced. Long work, and not seen by anyone until it is
  // published; one preparation at a time.
  IndexPtr Prepare(std::vector<Document> changed);
  // Readers see it from now on.
  void Publish(IndexPtr index);

  // An organisation answers for a provider of a feed; empty: none does any more. Answers how many services that
  // changed.
  int SetLink(ids::Uuid feed_id, std::string_view external_id, std::string_view organisation_id);
  std::string LinkOf(ids::Uuid feed_id, std::string_view external_id) const;
  void SetCapacity(ids::Uuid service_id, bool accepts, std::optional<int32_t> capacity, int64_t revision);
  void SetTaken(ids::Uuid service_id, int32_t taken);

  // The services an organisation answers for, as numbers of `index`.
  std::vector<DocumentNumber> DocumentsOf(const SearchIndex& index, const std::string& organisation_id) const;
  // The service as callers see it.
  static v1::Service Describe(const Document& document);

 private:
  using ProviderKey = std::pair<ids::Uuid, std::string>;

  const std::shared_ptr<LiveFacts>& LiveOf(ids::Uuid service_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const std::string* LinkFor(const Document& document) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Refresh(ids::Uuid service_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Lexicon lexicon_;
  mutable absl::Mutex mutex_;
  IndexPtr index_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<ids::Uuid, std::shared_ptr<LiveFacts>> live_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> organisations_ ABSL_GUARDED_BY(mutex_);  // ids that LiveFacts point to; never removed
  absl::flat_hash_map<ProviderKey, const std::string*> links_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::set<ProviderKey>> providers_of_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::directory
