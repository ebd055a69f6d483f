// Every RPC of the suite, from the descriptors, and a well-formed request for each.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "nwd/common/v1/access.pb.h"

namespace nwd::e2e {

struct Rpc {
  const google::protobuf::MethodDescriptor* method;
  common::v1::AccessRule rule;
  std::string service;  // the program that serves it: "consent"
};

// All of them, health and reflection apart. What several programs serve stands once for each.
std::vector<Rpc> EveryRpc();

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// Sets what the rules of a message require, and in the messages it sets so.
void FillRequired(google::protobuf::Message& message);

// A request in which every field that must be there is, with text fields named in `values` holding those values.
std::unique_ptr<google::protobuf::Message> WellFormed(const Rpc& rpc, const std::map<std::string, std::string>& values);

}  // namespace nwd::e2e
