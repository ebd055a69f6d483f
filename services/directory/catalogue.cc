#include "services/directory/catalogue.h"

#include "absl/container/flat_hash_set.h"
#include "common/base/check.h"

namespace nwd::directory {

using ids::Uuid;

Catalogue::Catalogue() : index_(std::make_shared<SearchIndex>(std::vector<DocumentPtr>(), lexicon_)) {}

IndexPtr Catalogue::Current() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return index_;
}

IndexPtr Catalogue::Prepare(std::vector<Document> changed) {
  const IndexPtr current = Current();
  absl::flat_hash_set<Uuid> replaced;
  std::vector<DocumentPtr> all;
  all.reserve(current->documents().size() + changed.size());
  {
    const absl::MutexLock lock(&mutex_);
    for (Document& document : changed) {
      document.live = LiveOf(document.id);
      replaced.insert(document.id);
      all.push_back(std::make_shared<const Document>(std::move(document)));
    }
  }
  for (const DocumentPtr& document : current->documents()) {
    if (!replaced.contains(document->id)) all.push_back(document);
  }
  return std::make_shared<const SearchIndex>(std::move(all), lexicon_);
}

void Catalogue::Publish(IndexPtr index) {
  const absl::MutexLock lock(&mutex_);
  for (DocumentNumber number = 0; number < index->documents().size(); ++number) {
    const Document& document = index->document(number);
    document.live->SetOrganisation(
        LinkFor(document));  // its provider may have changed, or its link while the index was made
    index->RefreshOpenPlaces(number);
  }
  index_ = std::move(index);
}

int Catalogue::SetLink(Uuid feed_id, std::string_view external_id, std::string_view organisation_id) {
  const absl::MutexLock lock(&mutex_);
  const ProviderKey key(feed_id, std::string(external_id));
  const std::string*& link = links_[key];
  if (link != nullptr) providers_of_[*link].erase(key);
  const std::string* next = organisation_id.empty() ? nullptr : &*organisations_.emplace(organisation_id).first;
  if (next != nullptr) providers_of_[*next].insert(key);
  const bool changed = link != next;
  link = next;
  const SearchIndex::Provider* provider = index_->FindProvider(feed_id, external_id);
  if (provider == nullptr || !changed) return 0;
  for (const DocumentNumber number : provider->documents) {
    index_->document(number).live->SetOrganisation(next);
    index_->RefreshOpenPlaces(number);
  }
  return static_cast<int>(provider->documents.size());
}

std::string Catalogue::LinkOf(Uuid feed_id, std::string_view external_id) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = links_.find(ProviderKey(feed_id, std::string(external_id)));
  return found == links_.end() || found->second == nullptr ? std::string() : *found->second;
}

void Catalogue::SetCapacity(Uuid service_id, bool accepts, std::optional<int32_t> capacity, int64_t revision) {
  const absl::MutexLock lock(&mutex_);
  LiveOf(service_id)->SetCapacity(accepts, capacity, revision);
  Refresh(service_id);
}

void Catalogue::SetTaken(Uuid service_id, int32_t taken) {
  const absl::MutexLock lock(&mutex_);
  LiveOf(service_id)->SetTaken(taken);
  Refresh(service_id);
}

std::vector<DocumentNumber> Catalogue::DocumentsOf(const SearchIndex& index, const std::string& organisation_id) const {
  std::vector<DocumentNumber> documents;
  const absl::ReaderMutexLock lock(&mutex_);
  const auto providers = providers_of_.find(organisation_id);
  if (providers == providers_of_.end()) return documents;
  for (const auto& [feed_id, external_id] : providers->second) {
    const SearchIndex::Provider* provider = index.FindProvider(feed_id, external_id);
    if (provider != nullptr) documents.insert(documents.end(), provider->documents.begin(), provider->documents.end());
  }
  return documents;
}

v1::Service Catalogue::Describe(const Document& document) {
  v1::Service service;
  NWD_CHECK(service.ParseFromString(document.service));
  AddHubFacts(document.live->Read(), document.revision, service);
  return service;
}

const std::shared_ptr<LiveFacts>& Catalogue::LiveOf(Uuid service_id) {
  std::shared_ptr<LiveFacts>& live = live_[service_id];
  if (live == nullptr) live = std::make_shared<LiveFacts>();
  return live;
}

const std::string* Catalogue::LinkFor(const Document& document) const {
  if (document.provider_external_id.empty()) return nullptr;
  const auto link = links_.find(ProviderKey(document.feed_id, document.provider_external_id));
  return link == links_.end() ? nullptr : link->second;
}

void Catalogue::Refresh(Uuid service_id) {
  if (const std::optional<DocumentNumber> number = index_->Find(service_id)) index_->RefreshOpenPlaces(*number);
}

}  // namespace nwd::directory
