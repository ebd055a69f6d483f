// The method of an API by its request, for tests that call handlers without a server. Every request belongs to one
// method.
#pragma once

#include "common/base/check.h"
#include "google/protobuf/descriptor.h"

namespace nwd::testing {

inline const google::protobuf::MethodDescriptor& MethodOf(const google::protobuf::Descriptor& request) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      if (service.method(j)->input_type() == &request) return *service.method(j);
    }
  }
  NWD_CHECK(false && "no method takes this");
}

}  // namespace nwd::testing
