#include "common/store/pending_batch.h"

#include <array>

#include "common/base/strings.h"
#include "common/store/limits.h"

namespace nwd::store {

// One body's transaction: its own writes over those of the batch over what is committed.
class PendingBatch::BodyTxn final : public Txn {
 public:
  explicit BodyTxn(PendingBatch& batch)
      : batch_(batch), appends_before_(batch.appends_.size()), trims_before_(batch.trims_.size()) {
    batch_.body_writes_.Clear();
  }

  absl::StatusOr<bool> Get(std::string_view key, std::string* value) const override {
    const Overlay::Write* write = batch_.body_writes_.Find(key);
    if (write == nullptr) write = batch_.writes_.Find(key);
    if (write == nullptr) {
      absl::StatusOr<bool> present = batch_.committed_.Get(key, value);
      if (!present.ok()) broken_ = present.status();
      return present;
    }
    if (write->deleted) return false;
    value->assign(write->value);
    return true;
  }

  absl::Status Scan(const Range& range, Direction direction,
                    absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit) const override {
    const std::array<const Overlay*, 2> layers = {&batch_.writes_, &batch_.body_writes_};
    const std::unique_ptr<Cursor> base = batch_.committed_.Open(range, direction);
    absl::Status scanned = MergedScan(*base, layers, range, direction, visit);
    if (!scanned.ok()) broken_ = scanned;
    return scanned;
  }

  void Put(std::string_view key, std::string_view value) override {
    if (!IsKey(key) || !Fits(key.size() + value.size())) return;
    batch_.body_writes_.Set(batch_.arena_.Copy(key), {batch_.arena_.Copy(value), false});
  }
  void Delete(std::string_view key) override {
    if (!IsKey(key) || !Fits(key.size())) return;
    batch_.body_writes_.Set(batch_.arena_.Copy(key), {{}, true});
  }
  void Append(Feed feed, std::string_view bytes) override {
    if (!Fits(bytes.size())) return;
    batch_.appends_.push_back({feed, batch_.arena_.Copy(bytes)});
  }
  void Trim(Feed feed, Position through) { batch_.trims_.push_back({feed, through}); }

  // What the body met besides its own verdict.
  const absl::Status& Broken() const { return broken_; }
  void Keep() { batch_.writes_.Absorb(batch_.body_writes_); }
  void Forget() {
    batch_.appends_.resize(appends_before_);
    batch_.trims_.resize(trims_before_);
  }

 private:
  bool IsKey(std::string_view key) {
    if (key.size() <= kKeyBytesMax) return true;
    broken_ = absl::InvalidArgumentError(Cat("a key is longer than ", kKeyBytesMax, " bytes"));
    return false;
  }
  bool Fits(size_t size_bytes) {
    bytes_ += size_bytes;
    if (bytes_ <= kUpdateBytesMax) return true;
    broken_ = absl::InvalidArgumentError(
        Cat("one update writes more than ", kUpdateBytesMax, " bytes; split it into several"));
    return false;
  }

  PendingBatch& batch_;
  const size_t appends_before_;
  const size_t trims_before_;
  size_t bytes_ = 0;
  mutable absl::Status broken_;
};

absl::Status PendingBatch::Run(absl::FunctionRef<absl::Status(Txn&)> body) {
  BodyTxn txn(*this);
  absl::Status result = body(txn);
  if (result.ok()) result = txn.Broken();
  result.ok() ? txn.Keep() : txn.Forget();
  return result;
}

void PendingBatch::Trim(Txn& txn, Feed feed, Position through) { static_cast<BodyTxn&>(txn).Trim(feed, through); }

void PendingBatch::Clear() {
  writes_.Clear();
  body_writes_.Clear();
  appends_.clear();
  trims_.clear();
  arena_.Reset();
}

}  // namespace nwd::store
