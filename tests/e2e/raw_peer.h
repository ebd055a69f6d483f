// Peers that our own client would refuse to be: with no certificate, an expired one, one of another authority, or
// speaking TLS 1.2.
#pragma once

#include <memory>
#include <string>

#include "common/rpc/client.h"
#include "deploy/pki/authority.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

// With the certificate of an organisation or "service/referral" that the hub's folder holds.
std::unique_ptr<rpc::Client> ConnectAs(World& world, const std::string& who, const std::string& service);
// With whatever lies in a folder.
std::unique_ptr<rpc::Client> ConnectWith(World& world, const std::string& folder, const std::string& service);
std::unique_ptr<rpc::Client> ConnectWithoutCertificate(World& world, const std::string& service);
// With a certificate made as asked, by the hub's authority or another.
std::unique_ptr<rpc::Client> ConnectIssued(World& world, const pki::Request& request, const std::string& service,
                                           bool other_authority = false);
// The folder of such a certificate.
std::string IssueInto(World& world, const pki::Request& request, bool other_authority = false);
std::string SerialOf(const std::string& folder);

enum class TlsVersion { k12, k13 };
// Whether a handshake with a good certificate completes when the client offers only this version.
bool HandshakeSucceeds(World& world, const std::string& service, TlsVersion version);

}  // namespace nwd::e2e
