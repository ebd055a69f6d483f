#include "tests/e2e/reflection.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/rpc/wire.h"
#include "google/protobuf/descriptor.pb.h"
#include "tests/e2e/reflection.pb.h"

namespace nwd::e2e {
namespace {

constexpr char kPath[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
constexpr absl::Duration kTimeout = absl::Seconds(10);

absl::StatusOr<ReflectionResponse> Ask(rpc::Client& client, const ReflectionRequest& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  const grpc::internal::RpcMethod method(kPath, grpc::internal::RpcMethod::BIDI_STREAMING);
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(client.channel().get(),
                                                                                            method, &context));
  stream->Write(rpc::Serialize(request));
  stream->WritesDone();
  grpc::ByteBuffer bytes;
  const bool answered = stream->Read(&bytes);
  NWD_RETURN_IF_ERROR(rpc::FromGrpc(stream->Finish()));
  if (!answered) return absl::NotFoundError("no answer");
  ReflectionResponse response;
  NWD_RETURN_IF_ERROR(rpc::Parse(bytes, response));
  return response;
}

}  // namespace

absl::StatusOr<std::set<std::string>> ReflectedServices(rpc::Client& client) {
  ReflectionRequest request;
  request.set_list_services("*");
  NWD_ASSIGN_OR_RETURN(const ReflectionResponse response, Ask(client, request));
  std::set<std::string> names;
  for (const auto& service : response.services().service()) names.insert(service.name());
  return names;
}

absl::Status ReflectFile(rpc::Client& client, const std::string& symbol,
                         google::protobuf::SimpleDescriptorDatabase& files) {
  ReflectionRequest request;
  request.set_file_containing_symbol(symbol);
  NWD_ASSIGN_OR_RETURN(const ReflectionResponse response, Ask(client, request));
  if (response.files().file().empty()) return absl::NotFoundError(symbol);
  for (const std::string& bytes : response.files().file()) {
    google::protobuf::FileDescriptorProto file, known;
    if (!file.ParseFromString(bytes)) return absl::DataLossError("not a file descriptor");
    if (!files.FindFileByName(file.name(), &known)) files.Add(file);
  }
  return absl::OkStatus();
}

}  // namespace nwd::e2e
