// nwd pki init | issue | revoke: the hub's own certificate authority and the certificates it issues.
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/nwd/command.h"
#include "deploy/pki/hub.h"
#include "deploy/pki/pem_files.h"

namespace nwd::tool {
namespace {

struct Asked {
  std::string folder = "pki";
  std::string trust_domain = "hub.local";
  std::vector<std::string> organisations;
  std::vector<std::string> services;
  absl::Duration lifetime = pki::kCertificateLifetime;
  std::vector<std::string> dns, ips;
  std::vector<std::string> serials;

  pki::HubOptions Hub() const {
    return {.folder = folder,
            .trust_domain = trust_domain,
            .organisations = organisations,
            .services = services,
            .now = absl::Now(),
            .lifetime = lifetime,
            .dns = dns,
            .ips = ips};
  }
};

// Of a certificate: the longest a hub goes without having to think of it again, and no shorter than a renewal takes.
constexpr absl::Duration kLifetimeMin = absl::Minutes(10);
constexpr absl::Duration kLifetimeMax = absl::Hours(24 * 825);

void PrintFolders(const Asked& asked) {
  for (const std::string& name : asked.services) std::cout << pki::ServiceFolder(asked.folder, name) << "\n";
  for (const std::string& slug : asked.organisations) std::cout << pki::OrganisationFolder(asked.folder, slug) << "\n";
}

absl::Status CheckAuthority(const Asked& asked) {
  const std::string authority = pki::AuthorityFolder(asked.folder);
  if (!absl::IsNotFound(pki::ReadAuthority(authority).status())) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat(authority, " holds no authority; make a hub's with: nwd pki init --folder ", asked.folder));
}

int Issue(const Asked& asked) {
  if (const absl::Status issued = pki::InitHub(asked.Hub()); !issued.ok()) return Fail(issued);
  PrintFolders(asked);
  return kExitDone;
}

int Revoke(const Asked& asked) {
  if (asked.serials.empty() && asked.organisations.empty() && asked.services.empty()) {
    return Fail(absl::InvalidArgumentError("say what to revoke: --serial, --service or --org"));
  }
  if (const absl::Status there = CheckAuthority(asked); !there.ok()) return Fail(there);
  const absl::StatusOr<std::vector<std::string>> revoked = pki::Revoke(asked.Hub(), asked.serials);
  if (!revoked.ok()) return Fail(revoked.status());
  for (const std::string& serial : *revoked) std::cout << "revoked " << serial << "\n";
  PrintFolders(asked);  // issued anew
  return kExitDone;
}

void AddCommon(config::Options& options, Asked& asked) {
  options.Add("--folder", &asked.folder, "Folder of the hub's certificates");
  options.Add("--trust-domain", &asked.trust_domain, "SPIFFE trust domain of the hub");
  options.Add("--lifetime", &asked.lifetime, "How long new certificates last").Range(kLifetimeMin, kLifetimeMax);
}

}  // namespace

void AddPkiCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("pki", "Certificates of a hub");

  auto init = std::make_shared<Asked>();
  init->services = hub::ServiceNames();
  config::Options& init_options =
      family.Command("init", "Makes the authority and the services' certificates; again, renews those about to end");
  AddCommon(init_options, *init);
  init_options.Add("--org", &init->organisations, "Organisations to issue for as well, by slug");
  init_options.Add("--dns", &init->dns, "Host names that services are dialled by, for their certificates");
  init_options.Add("--ip", &init->ips, "Addresses likewise");
  commands.push_back({&init_options, [init] { return Issue(*init); }});

  auto issue = std::make_shared<Asked>();
  config::Options& issue_options = family.Command("issue", "Issues certificates to organisations");
  AddCommon(issue_options, *issue);
  issue_options.Add("--org", &issue->organisations, "Organisations, by slug").Required();
  commands.push_back({&issue_options, [issue] {
                        const absl::Status there = CheckAuthority(*issue);
                        return there.ok() ? Issue(*issue) : Fail(there);
                      }});

  auto revoke = std::make_shared<Asked>();
  config::Options& revoke_options =
      family.Command("revoke", "Revokes certificates: every service refuses them once its folder has the new ca.crl");
  AddCommon(revoke_options, *revoke);
  revoke_options.Add("--serial", &revoke->serials,
                     "Serial numbers, in hexadecimal, of certificates that no service has any more");
  revoke_options.Add("--service", &revoke->services, "Services whose present certificate is revoked and issued anew")
      .OneOf(hub::ServiceNames());
  revoke_options.Add("--org", &revoke->organisations, "Organisations likewise, by slug");
  commands.push_back({&revoke_options, [revoke] { return Revoke(*revoke); }});
}

}  // namespace nwd::tool
