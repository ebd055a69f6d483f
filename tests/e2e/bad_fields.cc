#include "tests/e2e/bad_fields.h"

#include <algorithm>
#include <limits>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/rpc/limits.h"
#include "google/protobuf/timestamp.pb.h"
#include "nwd/common/v1/rule.pb.h"
#include "tests/e2e/every_rpc.h"

namespace nwd::e2e {
namespace {

using common::v1::FieldRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kUnknownEnumValue = 9999;
constexpr int64_t kSecondsBeyondYear9999 = 253402300800;

const FieldRule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(common::v1::rule); }

bool IsTimestamp(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == google::protobuf::Timestamp::descriptor();
}

// A field somewhere in a request: the messages to go through, then the field.
struct Place {
  std::vector<const FieldDescriptor*> steps;
  const FieldDescriptor* field;

  std::string Path() const {
    std::string path;
    for (const FieldDescriptor* step : steps) path += Cat(step->name(), step->is_repeated() ? "[0]" : "", ".");
    return path + field->name();
  }
  const FieldDescriptor* Top() const { return steps.empty() ? field : steps.front(); }
  bool Required() const {
    return std::all_of(steps.begin(), steps.end(),
                       [](const FieldDescriptor* step) { return RuleOf(*step).required(); }) &&
           RuleOf(*field).required();
  }
  // The message that has the field; made, with what it requires, where it is not there.
  Message& Owner(Message& request) const {
    Message* owner = &request;
    for (const FieldDescriptor* step : steps) {
      const auto& reflection = *owner->GetReflection();
      const bool there =
          step->is_repeated() ? reflection.FieldSize(*owner, step) > 0 : reflection.HasField(*owner, step);
      Message* next = !step->is_repeated() ? reflection.MutableMessage(owner, step)
                      : there              ? reflection.MutableRepeatedMessage(owner, step, 0)
                                           : reflection.AddMessage(owner, step);
      if (!there) FillRequired(*next);
      owner = next;
    }
    return *owner;
  }
};

void Collect(const Descriptor& type, std::vector<const FieldDescriptor*>& steps, std::vector<Place>& places) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    places.push_back({steps, field});
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsTimestamp(*field)) continue;
    steps.push_back(field);
    Collect(*field->message_type(), steps, places);
    steps.pop_back();
  }
}

std::vector<Place> PlacesOf(const Descriptor& request) {
  std::vector<Place> places;
  std::vector<const FieldDescriptor*> steps;
  Collect(request, steps, places);
  return places;
}

void SetText(const Place& place, Message& request, const std::string& text) {
  Message& owner = place.Owner(request);
  const auto& reflection = *owner.GetReflection();
  if (!place.field->is_repeated()) return reflection.SetString(&owner, place.field, text);
  reflection.ClearField(&owner, place.field);
  reflection.AddString(&owner, place.field, text);
}

void SetEnum(const Place& place, Message& request, int value) {
  Message& owner = place.Owner(request);
  const auto& reflection = *owner.GetReflection();
  if (!place.field->is_repeated()) return reflection.SetEnumValue(&owner, place.field, value);
  reflection.ClearField(&owner, place.field);
  reflection.AddEnumValue(&owner, place.field, value);
}

void SetNumber(const Place& place, Message& request, double value) {
  Message& owner = place.Owner(request);
  const auto& reflection = *owner.GetReflection();
  switch (place.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&owner, place.field, static_cast<int32_t>(value));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&owner, place.field, static_cast<int64_t>(value));
    default:
      return reflection.SetDouble(&owner, place.field, value);
  }
}

// More items than a list may have. Items of a map need keys of their own, or they would be one.
void Crowd(const Place& place, Message& request, int items) {
  Message& owner = place.Owner(request);
  const auto& reflection = *owner.GetReflection();
  reflection.ClearField(&owner, place.field);
  for (int i = 0; i < items; ++i) {
    switch (place.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.AddString(&owner, place.field, "sample");
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.AddEnumValue(&owner, place.field, 1);
        break;
      default: {
        Message& item = *reflection.AddMessage(&owner, place.field);
        if (!place.field->is_map()) break;
        item.GetReflection()->SetString(&item, item.GetDescriptor()->map_key(), Cat("key-", i));
      }
    }
  }
}

class Gatherer {
 public:
  explicit Gatherer(const Place& place) : place_(place), rule_(RuleOf(*place.field)) {}

  std::vector<BadField> All() {
    if (rule_.required()) {
      Add("is missing", place_.Path(), [place = place_](Message& request) {
        Message& owner = place.Owner(request);
        owner.GetReflection()->ClearField(&owner, place.field);
      });
    }
    if (place_.field->is_repeated()) {
      const int items_max = rule_.max_items() > 0 ? rule_.max_items() : rpc::kItemsMax;
      Add("has too many items", place_.Path(),
          [place = place_, items_max](Message& request) { Crowd(place, request, items_max + 1); });
    }
    switch (place_.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        place_.field->type() == FieldDescriptor::TYPE_STRING ? Text() : Bytes();
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        Enum();
        break;
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        Number();
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (IsTimestamp(*place_.field)) Time();
        break;
      default:
        break;  // nothing is wrong with a bool
    }
    return std::move(found_);
  }

 private:
  std::string ItemPath() const { return place_.Path() + (place_.field->is_repeated() ? "[0]" : ""); }

  void Add(std::string what, std::string field, std::function<void(Message&)> spoil) {
    found_.push_back({std::move(what), std::move(field), std::move(spoil), place_.Top()});
  }
  void AddText(std::string what, std::string text) {
    Add(std::move(what), ItemPath(),
        [place = place_, text = std::move(text)](Message& request) { SetText(place, request, text); });
  }
  void AddNumber(std::string what, double value) {
    Add(std::move(what), ItemPath(), [place = place_, value](Message& request) { SetNumber(place, request, value); });
  }
  void AddTime(std::string what, int64_t seconds, int32_t nanos = 0) {
    Add(std::move(what), place_.Path(), [place = place_, seconds, nanos](Message& request) {
      Message& owner = place.Owner(request);
      auto& time =
          static_cast<google::protobuf::Timestamp&>(*owner.GetReflection()->MutableMessage(&owner, place.field));
      time.set_seconds(seconds);
      time.set_nanos(nanos);
    });
  }

  void Text() {
    AddText("is too long", std::string((rule_.max_bytes() > 0 ? rule_.max_bytes() : rpc::kTextBytesMax) + 1, 'x'));
    AddText("holds a zero byte", std::string("a\0b", 3));
    AddText("holds an order to a terminal", "a\x1b[31mb");
    if (place_.field->is_repeated()) AddText("has an empty item", "");
    if (rule_.format() != common::v1::FORMAT_UNSPECIFIED) AddText("has another shape", "?!");
    if (rule_.format() == common::v1::FORMAT_NAME) {
      AddText("has no letter", "12345");
      AddText("is in two lines", "Ada\nX");
      AddText("changes the direction of writing", "Ada \u202eelpmaS");
    }
    if (rule_.format() == common::v1::FORMAT_LANGUAGE) AddText("is a language's name", "english");
    if (rule_.format() == common::v1::FORMAT_MONTH) AddText("lies before anybody's time", "1899-12");
    if (rule_.format() != common::v1::FORMAT_DATE) return;
    AddText("is no day of any year", "2026-02-30");
    AddText("is the last day of a leap year's February in another year", "2023-02-29");
    AddText("lies before anybody's time", "1899-12-31");
    if (rule_.not_future()) AddText("lies far in the future", "9999-12-31");
    if (rule_.not_past()) AddText("lies far in the past", "0001-01-01");
  }

  void Bytes() {
    const int bytes_max = rule_.max_bytes() > 0 ? rule_.max_bytes() : rpc::kBytesMax;
    AddText("is too long", std::string(bytes_max + 1, 'x'));
  }

  void Enum() {
    const auto spoil = [place = place_](int value) {
      return [place, value](Message& request) { SetEnum(place, request, value); };
    };
    Add("is no value this build knows", ItemPath(), spoil(kUnknownEnumValue));
    Add("is a negative value", ItemPath(), spoil(-1));
    if (place_.field->is_repeated()) Add("has an unspecified item", ItemPath(), spoil(0));
  }

  void Number() {
    if (place_.field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      AddNumber("is not a number", std::numeric_limits<double>::quiet_NaN());
      AddNumber("is infinite", std::numeric_limits<double>::infinity());
    }
    if (rule_.min() == 0 && rule_.max() == 0) return;
    AddNumber("is too small", rule_.min() - 1);
    AddNumber("is too great", rule_.max() + 1);
  }

  void Time() {
    AddTime("lies beyond the year 9999", kSecondsBeyondYear9999);
    AddTime("lies before the year 1", std::numeric_limits<int64_t>::min());
    AddTime("has a negative fraction", 0, -1);
    if (rule_.not_future()) AddTime("lies far in the future", kSecondsBeyondYear9999 - 1);
    if (rule_.not_past()) AddTime("lies far in the past", 0);
  }

  const Place& place_;
  const FieldRule& rule_;
  std::vector<BadField> found_;
};

}  // namespace

std::vector<BadField> BadFieldsOf(const Descriptor& request) {
  std::vector<BadField> all;
  for (const Place& place : PlacesOf(request)) {
    for (BadField& bad : Gatherer(place).All()) all.push_back(std::move(bad));
  }
  return all;
}

std::vector<TextField> TextFieldsOf(const Descriptor& request) {
  std::vector<TextField> texts;
  for (const Place& place : PlacesOf(request)) {
    if (place.field->type() != FieldDescriptor::TYPE_STRING) continue;
    texts.push_back(
        {place.Path(), [place](Message& message, const std::string& text) { SetText(place, message, text); }});
  }
  return texts;
}

std::vector<std::string> RequiredFieldsOf(const Descriptor& request) {
  std::vector<std::string> names;
  for (int i = 0; i < request.field_count(); ++i) {
    if (RuleOf(*request.field(i)).required()) names.push_back(request.field(i)->name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<IdField> IdFieldsOf(const Descriptor& request) {
  std::vector<IdField> ids;
  for (const Place& place : PlacesOf(request)) {
    const auto format = RuleOf(*place.field).format();
    if (format != common::v1::FORMAT_UUID && format != common::v1::FORMAT_PERSON_REF) continue;
    if (place.field->name() == "request_id") continue;
    ids.push_back({place.Path(), place.field,
                   [place](Message& message, const std::string& text) { SetText(place, message, text); },
                   place.Required()});
  }
  return ids;
}

}  // namespace nwd::e2e
