// Real handshakes: a gRPC server that answers with the caller's URI name, and clients of every kind.
#include "common/tls/credentials.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <latch>

#include "common/log/capture.h"
#include "common/tls/openssl_policy.h"
#include "common/tls/openssl_ptr.h"
#include "tests/common/tls/test_pki.h"

namespace nwd::tls {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;

const absl::Status kPolicy = RequireTls13();  // before anything uses OpenSSL, as in a main

std::string Flatten(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  buffer.DumpToSingleSlice(&slice).ok();
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

grpc::ByteBuffer Unflatten(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

// Answers every call with the URI names of the caller, joined.
class WhoAmI final : public grpc::CallbackGenericService {
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(const std::string& answer) : answer_(Unflatten(answer)) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      if (ok) StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
      if (!ok) Finish(grpc::Status(grpc::StatusCode::INTERNAL, "no request"));
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer request_, answer_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    std::string answer;
    for (const grpc::string_ref& uri : context->auth_context()->FindPropertyValues("peer_uri"))
      answer.append(uri.data(), uri.size());
    return new Reactor(answer);
  }
};

struct Answer {
  grpc::Status status;
  std::string body;
  std::string server_serial;
};

std::shared_ptr<grpc::Channel> Connect(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port), credentials, arguments);
}

Answer Call(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const grpc::ByteBuffer request = Unflatten("who am I");
  grpc::ByteBuffer response;
  std::latch done(1);
  Answer answer;
  stub.UnaryCall(&context, "/nwd.test.Who/AmI", grpc::StubOptions(), &request, &response, [&](grpc::Status status) {
    answer.status = std::move(status);
    done.count_down();
  });
  done.wait();
  if (!answer.status.ok()) return answer;
  answer.body = Flatten(response);
  const auto pem = context.auth_context()->FindPropertyValues("x509_pem_cert");
  if (!pem.empty()) answer.server_serial = ParseCertificate(std::string_view(pem[0].data(), pem[0].size()))->serial;
  return answer;
}

// One call on a connection of its own.
Answer Call(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  return Call(Connect(port, credentials));
}

class CredentialsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(kPolicy.ok()) << kPolicy;
    server_folder_ = pki_.Write("server", pki_.Service("consent"));
    server_store_ = OpenStore(server_folder_);
    server_credentials_ = std::make_unique<Credentials>(server_store_);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", server_credentials_->Server(), &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::shared_ptr<CertificateStore> OpenStore(const std::string& folder) {
    auto store =
        CertificateStore::Open({.folder = folder, .trust_domain = kDomain, .check_interval = absl::InfiniteDuration()});
    EXPECT_TRUE(store.ok()) << store.status();
    return *store;
  }

  std::shared_ptr<grpc::ChannelCredentials> Client(const std::string& expected_service = "consent") {
    return Credentials(OpenStore(pki_.Write("client", pki_.Organisation("hackney-works")))).Channel(expected_service);
  }

  // A client that checks nothing of its own material, to see what the server does with it.
  std::shared_ptr<grpc::ChannelCredentials> Careless(const pki::Issued* identity) {
    namespace ge = grpc::experimental;
    ge::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(
        identity == nullptr
            ? std::make_shared<ge::StaticDataCertificateProvider>(pki_.authority().certificate_pem())
            : std::make_shared<ge::StaticDataCertificateProvider>(
                  pki_.authority().certificate_pem(),
                  std::vector<ge::IdentityKeyCertPair>{{identity->key_pem, identity->certificate_pem}}));
    options.watch_root_certs();
    if (identity != nullptr) options.watch_identity_key_cert_pairs();
    options.set_check_call_host(false);
    options.set_certificate_verifier(std::make_shared<ge::NoOpCertificateVerifier>());
    return ge::TlsCredentials(options);
  }

  TestPki pki_;
  std::string server_folder_;
  std::shared_ptr<CertificateStore> server_store_;
  std::unique_ptr<Credentials> server_credentials_;
  WhoAmI service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(CredentialsTest, BothSidesKnowEachOther) {
  const Answer answer = Call(port_, Client());
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.body, "spiffe://hub.test/org/hackney-works");
  EXPECT_EQ(answer.server_serial, server_store_->facts().serial);
}

TEST_F(CredentialsTest, AServerThatIsAnotherServiceIsNotSpokenTo) {
  const Answer answer = Call(port_, Client("directory"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(CredentialsTest, AServerOfAnotherAuthorityIsNotSpokenTo) {
  const std::string folder = pki_.Write("client", pki_.Organisation("hackney-works"), &pki_.other_authority());
  TestPki::Overwrite(folder + "/ca.crt", pki_.other_authority().certificate_pem());
  EXPECT_EQ(Call(port_, Credentials(OpenStore(folder)).Channel("consent")).status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(CredentialsTest, AServerOfAnotherTrustDomainIsNotSpokenToAndTheErrorNamesBoth) {
  pki::Request other = pki_.Organisation("hackney-works");
  other.uris = {"spiffe://other.test/org/hackney-works"};
  const auto store = CertificateStore::Open({.folder = pki_.Write("client", other), .trust_domain = "other.test"});
  ASSERT_TRUE(store.ok()) << store.status();
  const grpc::Status status = Call(port_, Credentials(*store).Channel("consent")).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("the server is not spiffe://other.test/service/consent: it is "
                                                "spiffe://hub.test/service/consent"));
}

TEST_F(CredentialsTest, AServerWhoseCertificateIsRevokedIsNotSpokenToOnANewConnectionNorOnAnOpenOne) {
  const std::string folder = pki_.Write("client", pki_.Organisation("hackney-works"));
  const auto store = OpenStore(folder);
  const Credentials credentials(store);
  const auto open = Connect(port_, credentials.Channel("consent"));
  ASSERT_TRUE(Call(open).status.ok());
  pki_.WriteList(folder, {"abc1"});
  ASSERT_TRUE(store->CheckNow().ok());
  EXPECT_TRUE(Call(open).status.ok()) << "another's revocation is not its own";
  pki_.WriteList(folder, {"abc1", server_store_->facts().serial});
  ASSERT_TRUE(store->CheckNow().ok());
  for (const grpc::Status& status : {Call(open).status, Call(port_, credentials.Channel("consent")).status}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(status.error_message(), HasSubstr("certificate is revoked"));
  }
}

TEST_F(CredentialsTest, AClientWithoutAGoodCertificateIsRefused) {
  const pki::Request request = pki_.Organisation("hackney-works");
  const pki::Issued good = *pki_.authority().Issue(request);
  EXPECT_EQ(Call(port_, Careless(&good)).body, "spiffe://hub.test/org/hackney-works");

  EXPECT_EQ(Call(port_, Careless(nullptr)).status.error_code(), grpc::StatusCode::UNAVAILABLE);
  const pki::Issued foreign = *pki_.other_authority().Issue(request);
  EXPECT_EQ(Call(port_, Careless(&foreign)).status.error_code(), grpc::StatusCode::UNAVAILABLE);
  const pki::Issued expired = *pki_.authority().Issue(pki_.Expired(request));
  EXPECT_EQ(Call(port_, Careless(&expired)).status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(CredentialsTest, ANewCertificateIsShownToNewConnections) {
  const std::string before = server_store_->facts().serial;
  const auto client = Client();
  EXPECT_EQ(Call(port_, client).server_serial, before);
  pki_.Write("server", pki_.Service("consent"));
  ASSERT_TRUE(server_store_->CheckNow().ok());
  const std::string after = server_store_->facts().serial;
  ASSERT_NE(after, before);
  std::string shown = before;
  while (shown == before) shown = Call(port_, client).server_serial;  // gRPC looks once a second
  EXPECT_EQ(shown, after);
}

TEST_F(CredentialsTest, AClientThatChecksNamesFindsTheHostItDialled) {
  pki::Request named = pki_.Service("consent");
  named.dns.push_back("consent.hub.example");
  pki_.Write("server", named);
  ASSERT_TRUE(server_store_->CheckNow().ok());
  const std::string serial = server_store_->facts().serial;
  const auto client = Client();
  while (Call(port_, client).server_serial != serial) {  // gRPC looks once a second
  }
  const pki::Issued identity = *pki_.authority().Issue(pki_.Organisation("hackney-works"));
  const auto dialled = [&](const std::string& name) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetSslTargetNameOverride(name);
    const auto credentials =
        grpc::SslCredentials({pki_.authority().certificate_pem(), identity.key_pem, identity.certificate_pem});
    return Call(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), credentials, arguments)).status.ok();
  };
  EXPECT_TRUE(dialled("consent.hub.example"));
  EXPECT_TRUE(dialled("localhost"));
  EXPECT_FALSE(dialled("other.hub.example"));
}

TEST_F(CredentialsTest, AMismatchedPairChangesNothing) {
  log::Capture log;
  const std::string before = server_store_->facts().serial;
  TestPki::Copy(pki_.Write("other", pki_.Service("consent")) + "/tls.key", server_folder_ + "/tls.key");
  EXPECT_FALSE(server_store_->CheckNow().ok());
  EXPECT_THAT(log.Lines(), Contains(HasSubstr("tls.reload_refused")));
  EXPECT_EQ(Call(port_, Client()).server_serial, before);
}

// A bare TLS client of at most `version`; what the handshake ended with, "" if well.
std::string Handshake(int port, int version, const pki::Issued& identity) {
  const SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_clear_options(context.get(), SSL_OP_NO_TLSv1_2);  // this process refuses 1.2; this client shall offer it
  SSL_CTX_set_max_proto_version(context.get(), version);
  const BioPtr certificate_bio = ReadOnlyBio(identity.certificate_pem), key_bio = ReadOnlyBio(identity.key_pem);
  const X509Ptr certificate(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  const PkeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  const unsigned char http2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), http2, sizeof http2);

  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), fd);
  ERR_clear_error();
  const std::string result = SSL_connect(ssl.get()) == 1 ? "" : TakeOpensslError();
  close(fd);
  return result;
}

TEST_F(CredentialsTest, Tls12IsRefused) {
  const pki::Issued identity = *pki_.authority().Issue(pki_.Organisation("hackney-works"));
  EXPECT_EQ(Handshake(port_, TLS1_3_VERSION, identity), "");
  // Not this client's own refusal ("no protocols available"): the server said no, or, as gRPC 1.51 does, hung up.
  EXPECT_THAT(Handshake(port_, TLS1_2_VERSION, identity),
              AnyOf(HasSubstr("protocol version"), HasSubstr("unexpected eof")));
}

}  // namespace
}  // namespace nwd::tls
