// nwd pki init | issue: the hub's own certificate authority and the certificates it issues.
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
  std::vector<std::string> services = hub::ServiceNames();
  absl::Duration lifetime = pki::kCertificateLifetime;
};

int Issue(const Asked& asked, const std::vector<std::string>& services) {
  const absl::Status issued = pki::InitHub({.folder = asked.folder,
                                            .trust_domain = asked.trust_domain,
                                            .organisations = asked.organisations,
                                            .services = services,
                                            .now = absl::Now(),
                                            .lifetime = asked.lifetime});
  if (!issued.ok()) return Fail(issued);
  for (const std::string& name : services) std::cout << pki::ServiceFolder(asked.folder, name) << "\n";
  for (const std::string& slug : asked.organisations) std::cout << pki::OrganisationFolder(asked.folder, slug) << "\n";
  return kExitDone;
}

void AddCommon(config::Options& options, Asked& asked) {
  options.Add("--folder", &asked.folder, "Folder of the hub's certificates");
  options.Add("--trust-domain", &asked.trust_domain, "SPIFFE trust domain of the hub");
  options.Add("--lifetime", &asked.lifetime, "How long new certificates last");
}

}  // namespace

void AddPkiCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("pki", "Certificates of a hub");

  auto init = std::make_shared<Asked>();
  config::Options& init_options =
      family.Command("init", "Makes the authority and the services' certificates; again, renews those about to end");
  AddCommon(init_options, *init);
  init_options.Add("--org", &init->organisations, "Organisations to issue for as well, by slug");
  commands.push_back({&init_options, [init] { return Issue(*init, init->services); }});

  auto issue = std::make_shared<Asked>();
  config::Options& issue_options = family.Command("issue", "Issues certificates to organisations");
  AddCommon(issue_options, *issue);
  issue_options.Add("--org", &issue->organisations, "Organisations, by slug").Required();
  commands.push_back(
      {&issue_options, [issue] {
         const std::string authority = pki::AuthorityFolder(issue->folder);
         if (absl::IsNotFound(pki::ReadAuthority(authority).status())) {
           return Fail(absl::FailedPreconditionError(
               Cat(authority, " holds no authority; make a hub's with: nwd pki init --folder ", issue->folder)));
         }
         return Issue(*issue, {});
       }});
}

}  // namespace nwd::tool
