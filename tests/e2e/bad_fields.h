// Every way in which one field of a request can be wrong, found by reflection from the rules that fields declare
// (nwd.common.v1.rule): a field or an RPC that is added later is covered by being there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace nwd::e2e {

struct BadField {
  std::string what;                                       // "is too long"
  std::string field;                                      // as BadRequest must name it: "terms.categories[0].necessity"
  std::function<void(google::protobuf::Message&)> spoil;  // of a request of the type
  const google::protobuf::FieldDescriptor* top;           // the field of the request itself that this is, or lies in
};

// Of all fields a request of this type can have, at any depth. Fields that are absent are made, with what they require.
std::vector<BadField> BadFieldsOf(const google::protobuf::Descriptor& request);

// Every place of a request that takes text, and how to put some there.
struct TextField {
  std::string field;
  std::function<void(google::protobuf::Message&, const std::string&)> set;
};
std::vector<TextField> TextFieldsOf(const google::protobuf::Descriptor& request);

// The fields of a request itself that must be there, by name, sorted.
std::vector<std::string> RequiredFieldsOf(const google::protobuf::Descriptor& request);

// Fields at any depth that name an object by a UUID or a person reference, request_id apart.
struct IdField {
  std::string field;
  const google::protobuf::FieldDescriptor* descriptor;
  std::function<void(google::protobuf::Message&, const std::string&)> set;
  bool required;  // and so is all it lies in
};
std::vector<IdField> IdFieldsOf(const google::protobuf::Descriptor& request);

}  // namespace nwd::e2e
