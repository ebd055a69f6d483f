#include "common/rpc/validation.h"

#include <cmath>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "common/rpc/formats.h"
#include "common/rpc/limits.h"
#include "common/text/controls.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "nwd/common/v1/rule.pb.h"

namespace nwd::rpc {
namespace {

using common::v1::FieldRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct CompiledField {
  const FieldDescriptor* field;
  FieldRule rule;
  bool bounded_number;
};
using CompiledMessage = std::vector<CompiledField>;

// As people write it: 1000000, not 1e+06.
std::string Words(double number) {
  constexpr double kExactMax = 9007199254740992;  // 2^53: to it a double has every whole number
  const bool whole = std::abs(number) <= kExactMax && number == std::trunc(number);
  return whole ? Cat(static_cast<int64_t>(number)) : Cat(number);
}

// The fields of a message with their rules; made at the first use of the type and kept.
const CompiledMessage& Compiled(const Descriptor& descriptor) {
  static absl::Mutex mutex;
  static auto* const table = new absl::flat_hash_map<const Descriptor*, std::unique_ptr<const CompiledMessage>>;
  {
    absl::ReaderMutexLock lock(&mutex);
    const auto found = table->find(&descriptor);
    if (found != table->end()) return *found->second;
  }
  auto compiled = std::make_unique<CompiledMessage>();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    const FieldRule& rule = field->options().GetExtension(common::v1::rule);
    compiled->push_back({field, rule, rule.min() != 0 || rule.max() != 0});
  }
  absl::MutexLock lock(&mutex);
  auto& entry = (*table)[&descriptor];
  if (entry == nullptr) entry = std::move(compiled);
  return *entry;
}

class Validator {
 public:
  Validator(absl::Time now, status::Violations found) : now_(now), violations_(std::move(found)) {}

  void Check(const Message& message, const std::string& prefix, int depth) {
    if (depth > kMessageDepthMax) {
      violations_.Add(prefix, Cat("is nested deeper than ", kMessageDepthMax, " messages"));
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    for (const CompiledField& compiled : Compiled(*message.GetDescriptor())) {
      if (compiled.field->is_repeated()) {
        CheckList(message, reflection, compiled, prefix, depth);
      } else {
        CheckSingle(message, reflection, compiled, prefix, depth);
      }
    }
  }

  absl::Status Result() const { return violations_.ToStatus(); }

 private:
  static std::string Path(const std::string& prefix, const FieldDescriptor& field) {
    return prefix.empty() ? field.name() : Cat(prefix, ".", field.name());
  }

  void CheckSingle(const Message& message, const Reflection& reflection, const CompiledField& compiled,
                   const std::string& prefix, int depth) {
    const FieldDescriptor& field = *compiled.field;
    const bool present = field.has_presence() ? reflection.HasField(message, &field) : true;
    if (!present) {
      if (compiled.rule.required()) violations_.Add(Path(prefix, field), "is required");
      return;
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        CheckBytes(reflection.GetStringReference(message, &field, &scratch), compiled,
                   [&] { return Path(prefix, field); });
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        CheckEnum(reflection.GetEnumValue(message, &field), compiled, [&] { return Path(prefix, field); });
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        CheckMessage(reflection.GetMessage(message, &field), compiled, Path(prefix, field), depth);
        break;
      default:
        CheckNumber(Number(message, reflection, field), compiled, [&] { return Path(prefix, field); });
    }
  }

  void CheckList(const Message& message, const Reflection& reflection, const CompiledField& compiled,
                 const std::string& prefix, int depth) {
    const FieldDescriptor& field = *compiled.field;
    const int size = reflection.FieldSize(message, &field);
    if (size == 0) {
      if (compiled.rule.required()) violations_.Add(Path(prefix, field), "needs at least one item");
      return;
    }
    const int items_max = compiled.rule.max_items() > 0 ? compiled.rule.max_items() : kItemsMax;
    if (size > items_max) {
      violations_.Add(Path(prefix, field), Cat("has ", size, " items; at most ", items_max, " are taken"));
      return;
    }
    for (int i = 0; i < size; ++i) {
      const auto path = [&] { return Cat(Path(prefix, field), "[", i, "]"); };
      switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: {
          std::string scratch;
          const std::string& text = reflection.GetRepeatedStringReference(message, &field, i, &scratch);
          if (text.empty()) {
            violations_.Add(path(), "is empty");
          } else {
            CheckBytes(text, compiled, path);
          }
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM: {
          const int value = reflection.GetRepeatedEnumValue(message, &field, i);
          if (value == 0 || field.enum_type()->FindValueByNumber(value) == nullptr) {
            violations_.Add(path(), Cat("is not a ", field.enum_type()->name(), " this service knows"));
          }
          break;
        }
        case FieldDescriptor::CPPTYPE_MESSAGE:
          // Map entries have keys and values of their own to check; they are messages too.
          Check(reflection.GetRepeatedMessage(message, &field, i), path(), depth + 1);
          break;
        default:
          CheckNumber(NumberAt(message, reflection, field, i), compiled, path);
      }
    }
  }

  template <class PathOf>
  void CheckBytes(const std::string& value, const CompiledField& compiled, const PathOf& path) {
    const FieldRule& rule = compiled.rule;
    if (value.empty()) {
      if (rule.required()) violations_.Add(path(), "is required");
      return;
    }
    const bool is_text = compiled.field->type() == FieldDescriptor::TYPE_STRING;
    if (is_text && text::IsBlank(value)) {
      violations_.Add(path(),
                      rule.required() ? "is required, and holds nothing but blanks" : "holds nothing but blanks");
      return;
    }
    const size_t bytes_max = rule.max_bytes() > 0 ? rule.max_bytes() : is_text ? kTextBytesMax : kBytesMax;
    if (value.size() > bytes_max) {
      violations_.Add(path(), Cat("is ", value.size(), " bytes long; at most ", bytes_max, " are taken"));
      return;
    }
    if (is_text && text::HasControl(value)) {
      violations_.Add(path(), "holds a control character");
      return;
    }
    if (const std::string_view wrong = WrongFormat(rule.format(), value); !wrong.empty()) {
      violations_.Add(path(), wrong);
      return;
    }
    if (rule.format() == common::v1::FORMAT_DATE && (rule.not_future() || rule.not_past())) {
      const absl::CivilDay day = *calendar::ParseDay(value);
      const absl::CivilDay today = calendar::DayOf(now_);
      if (rule.not_future() && day > today) violations_.Add(path(), "lies in the future");
      if (rule.not_past() && day < today) violations_.Add(path(), "lies in the past");
    }
  }

  template <class PathOf>
  void CheckEnum(int value, const CompiledField& compiled, const PathOf& path) {
    if (value == 0) {
      if (compiled.rule.required()) violations_.Add(path(), "is required");
    } else if (compiled.field->enum_type()->FindValueByNumber(value) == nullptr) {
      violations_.Add(path(), Cat(value, " is not a ", compiled.field->enum_type()->name(), " this service knows"));
    }
  }

  void CheckMessage(const Message& value, const CompiledField& compiled, const std::string& path, int depth) {
    if (value.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      const auto& time = static_cast<const google::protobuf::Timestamp&>(value);
      if (!IsTimestamp(time)) {
        violations_.Add(path, "is not a time between the years 0001 and 9999");
        return;
      }
      const absl::Time at = absl::FromUnixSeconds(time.seconds());
      if (compiled.rule.not_future() && at > now_ + kClockSkewMax) violations_.Add(path, "lies in the future");
      if (compiled.rule.not_past() && at < now_ - kClockSkewMax) violations_.Add(path, "lies in the past");
      return;
    }
    Check(value, path, depth + 1);
  }

  template <class PathOf>
  void CheckNumber(double value, const CompiledField& compiled, const PathOf& path) {
    const FieldRule& rule = compiled.rule;
    if (!std::isfinite(value)) {
      violations_.Add(path(), "is not a number");
    } else if (rule.required() && value == 0 && !compiled.field->is_repeated()) {
      violations_.Add(path(), "is required");
    } else if (compiled.bounded_number && (value < rule.min() || value > rule.max())) {
      violations_.Add(path(),
                      Cat("is ", Words(value), "; it must be from ", Words(rule.min()), " to ", Words(rule.max())));
    }
  }

  static double Number(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection.GetInt32(message, &field);
      case FieldDescriptor::CPPTYPE_INT64:
        return static_cast<double>(reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.GetUInt32(message, &field);
      case FieldDescriptor::CPPTYPE_UINT64:
        return static_cast<double>(reflection.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.GetFloat(message, &field);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.GetDouble(message, &field);
      default:
        return 0;  // bool
    }
  }

  static double NumberAt(const Message& message, const Reflection& reflection, const FieldDescriptor& field, int i) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection.GetRepeatedInt32(message, &field, i);
      case FieldDescriptor::CPPTYPE_INT64:
        return static_cast<double>(reflection.GetRepeatedInt64(message, &field, i));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.GetRepeatedUInt32(message, &field, i);
      case FieldDescriptor::CPPTYPE_UINT64:
        return static_cast<double>(reflection.GetRepeatedUInt64(message, &field, i));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.GetRepeatedFloat(message, &field, i);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.GetRepeatedDouble(message, &field, i);
      default:
        return 0;  // bool
    }
  }

  const absl::Time now_;
  status::Violations violations_;
};

}  // namespace

absl::Status Validate(const Message& request, absl::Time now, status::Violations found) {
  Validator validator(now, std::move(found));
  validator.Check(request, "", 0);
  return validator.Result();
}

}  // namespace nwd::rpc
