// How receipts are written as JSON and read back: for the files of this folder alone.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/strings.h"
#include "google/protobuf/message.h"

namespace nwd::receipt {

using Json = nlohmann::ordered_json;

inline constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E6SZ";
inline constexpr std::string_view kUuidUrn = "urn:uuid:";
inline constexpr char kDpvNamespace[] = "https://w3id.org/dpv#";
inline constexpr char kDctNamespace[] = "http://purl.org/dc/terms/";
inline constexpr char kOwnNamespace[] = "urn:nwd:terms:";

inline std::string Text(absl::Time time) { return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()); }
inline std::string Urn(std::string_view id) { return Cat(kUuidUrn, id); }

// Reads what Write wrote. A thing that is not there, or of another type, or no word of ours, is noted once; what is
// read is worth nothing then.
class Reader {
 public:
  explicit Reader(const Json& root) : at_(&root) {}

  Reader Of(const char* name) const {
    if (at_ != nullptr && at_->is_object() && at_->contains(name)) return Reader(&at_->at(name), wrong_);
    *wrong_ = true;
    return Reader(nullptr, wrong_);
  }
  bool Has(const char* name) const { return at_ != nullptr && at_->is_object() && at_->contains(name); }
  std::vector<Reader> Items() const {
    std::vector<Reader> items;
    if (at_ == nullptr || !at_->is_array()) *wrong_ = true;
    if (!*wrong_) {
      for (const Json& item : *at_) items.push_back(Reader(&item, wrong_));
    }
    return items;
  }
  std::string String(std::string_view prefix = "") const {
    const std::string text = at_ != nullptr && at_->is_string() ? at_->get<std::string>() : "";
    if (at_ == nullptr || !at_->is_string() || text.rfind(prefix, 0) != 0) *wrong_ = true;
    return *wrong_ ? "" : text.substr(prefix.size());
  }
  int Int() const {
    if (at_ == nullptr || !at_->is_number_integer()) *wrong_ = true;
    return *wrong_ ? 0 : at_->get<int>();
  }
  bool Bool() const {
    if (at_ == nullptr || !at_->is_boolean()) *wrong_ = true;
    return !*wrong_ && at_->get<bool>();
  }
  absl::Time Time() const {
    absl::Time time;
    if (!absl::ParseTime(kTimeFormat, String(), absl::UTCTimeZone(), &time, nullptr)) *wrong_ = true;
    return time;
  }
  // The value of the enum whose name is this word behind `prefix`.
  template <class Enum>
  Enum Word(bool (*parse)(google::protobuf::ConstStringParam, Enum*), std::string_view prefix,
            std::string_view before = "") const {
    Enum value{};
    if (!parse(Cat(prefix, String(before)), &value)) *wrong_ = true;
    return value;
  }
  void Check(bool right) const { *wrong_ |= !right; }
  bool wrong() const { return *wrong_; }

 private:
  Reader(const Json* at, std::shared_ptr<bool> wrong) : at_(at), wrong_(std::move(wrong)) {}

  const Json* at_;
  std::shared_ptr<bool> wrong_ = std::make_shared<bool>(false);
};

}  // namespace nwd::receipt
