// gRPC server reflection, as grpcurl uses it. Its messages are those of the plugin, found by name.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "common/rpc/wire.h"
#include "common/tls/certificate.h"
#include "common/tls/certificate_files.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::MessageFactory;
using ::testing::IsSupersetOf;

constexpr char kMethod[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

std::unique_ptr<Message> New(const std::string& name) {
  const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName("grpc.reflection.v1alpha." + name);
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

const Message& Part(const Message& message, const std::string& field) {
  return message.GetReflection()->GetMessage(message, message.GetDescriptor()->FindFieldByName(field));
}

class ReflectionTest : public RuntimeTest {
 protected:
  ReflectionTest() : RuntimeTest([](ServerOptions& options) { options.reflection = true; }) {}

  // Asks one question of the stream: `field` of the request set to `value`.
  static grpc::Status Ask(testing::TestService& service, const std::string& field, const std::string& value,
                          Message& answer) {
    const auto question = New("ServerReflectionRequest");
    question->GetReflection()->SetString(question.get(), question->GetDescriptor()->FindFieldByName(field), value);
    grpc::GenericStub stub(service.As("lambeth").channel());
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    const auto wait = [&] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    const auto stream = stub.PrepareCall(&context, kMethod, &queue);
    grpc::ByteBuffer bytes;
    grpc::Status status;
    stream->StartCall(nullptr);
    wait();
    stream->Write(Serialize(*question), nullptr);
    wait();
    stream->Read(&bytes, nullptr);
    const bool answered = wait();
    stream->WritesDone(nullptr);
    wait();
    stream->Finish(&status, nullptr);
    wait();
    EXPECT_TRUE(!answered || Parse(bytes, answer).ok());
    return status;
  }
};

TEST_F(ReflectionTest, ItListsTheServicesOfTheServerHealthIncluded) {
  const auto answer = New("ServerReflectionResponse");
  const grpc::Status status = Ask(*service_, "list_services", "*", *answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const Message& list = Part(*answer, "list_services_response");
  const auto* services = list.GetDescriptor()->FindFieldByName("service");
  std::vector<std::string> names;
  for (int i = 0; i < list.GetReflection()->FieldSize(list, services); ++i) {
    const Message& service = list.GetReflection()->GetRepeatedMessage(list, services, i);
    names.push_back(service.GetReflection()->GetString(service, service.GetDescriptor()->FindFieldByName("name")));
  }
  EXPECT_THAT(names,
              IsSupersetOf({"nwd.testing.v1.EchoService", "nwd.testing.v1.ProbeService", "grpc.health.v1.Health"}));
}

TEST_F(ReflectionTest, EveryServicesDescriptorsResolveWithTheirAccessRules) {
  for (const char* service : {"nwd.testing.v1.EchoService", "grpc.health.v1.Health"}) {
    const auto answer = New("ServerReflectionResponse");
    const grpc::Status status = Ask(*service_, "file_containing_symbol", service, *answer);
    ASSERT_TRUE(status.ok()) << status.error_message();
    const Message& files = Part(*answer, "file_descriptor_response");
    const auto* field = files.GetDescriptor()->FindFieldByName("file_descriptor_proto");
    // As a client does: every file built in a pool of its own, what it needs first.
    std::map<std::string, google::protobuf::FileDescriptorProto> parsed;
    for (int i = 0; i < files.GetReflection()->FieldSize(files, field); ++i) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(files.GetReflection()->GetRepeatedString(files, field, i)));
      parsed[file.name()] = file;
    }
    DescriptorPool pool;
    const std::function<void(const std::string&)> build = [&](const std::string& name) {
      if (pool.FindFileByName(name) != nullptr) return;
      ASSERT_TRUE(parsed.contains(name)) << name << " is needed and was not sent";
      for (const std::string& needed : parsed[name].dependency()) build(needed);
      EXPECT_NE(pool.BuildFile(parsed[name]), nullptr) << name;
    };
    for (const auto& [name, file] : parsed) build(name);
    EXPECT_NE(pool.FindServiceByName(service), nullptr);
  }
}

TEST_F(ReflectionTest, ItSaysNothingToWhomTheHubDoesNotTrust) {
  const auto refused = [&](const std::string& why) {
    const auto answer = New("ServerReflectionResponse");
    const grpc::Status status = Ask(*service_, "list_services", "*", *answer);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << why << status.error_message();
    EXPECT_EQ(
        answer->GetReflection()->HasField(*answer, answer->GetDescriptor()->FindFieldByName("list_services_response")),
        false)
        << why;
    const Message& error = Part(*answer, "error_response");
    EXPECT_EQ(error.GetReflection()->GetInt32(error, error.GetDescriptor()->FindFieldByName("error_code")),
              static_cast<int>(grpc::StatusCode::UNAUTHENTICATED))
        << why;
  };
  const auto files = tls::ReadCertificateFiles(hub_.FolderOf("lambeth"));
  ASSERT_TRUE(files.ok()) << files.status();
  const auto facts = tls::ParseCertificate(files->chain_pem);
  ASSERT_TRUE(facts.ok()) << facts.status();
  registry_.SetRevoked({facts->serial});
  refused("revoked");
  registry_.SetRevoked({});
  access::Organisation nobody = testing::TestHub::Agency("lambeth");
  nobody.identities.clear();
  registry_.Set(nobody);
  refused("unknown");
  registry_.Set(testing::TestHub::Agency("lambeth"));
  const auto answer = New("ServerReflectionResponse");
  EXPECT_TRUE(Ask(*service_, "list_services", "*", *answer).ok());
}

TEST_F(ReflectionTest, SwitchedOffItIsUnimplemented) {
  Router router;
  EchoService echo;
  echo.Register(router);
  const auto without =
      hub_.Serve("echo", router, registry_, [](ServerOptions& options) { options.reflection = false; });
  const auto answer = New("ServerReflectionResponse");
  EXPECT_EQ(Ask(*without, "list_services", "*", *answer).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace nwd::rpc
