// The chapters, in the order they are told. Each runs its steps against the world the ones before it left.
#pragma once

#include "deploy/demo/story.h"
#include "deploy/demo/world.h"
#include "deploy/feed/pages.h"

namespace nwd::demo {

void TellRegistry(World& world, Story& story);
void TellDirectory(World& world, Story& story, const std::string& source, const std::vector<feed::Page>& pages);
void TellPeople(World& world, Story& story, std::vector<MadeUpPerson> cohort);
void TellConsents(World& world, Story& story);
void TellReferrals(World& world, Story& story);
void TellDecisions(World& world, Story& story);
void TellRecords(World& world, Story& story);
void TellConsentLife(World& world, Story& story);
void TellConsentTerms(World& world, Story& story);
void TellAuthorities(World& world, Story& story);
void TellOwnSay(World& world, Story& story);
void TellEmergency(World& world, Story& story);
void TellAppointments(World& world, Story& story);
void TellOutcomes(World& world, Story& story);
void TellRights(World& world, Story& story);
void TellWithdrawal(World& world, Story& story);
void TellKeys(World& world, Story& story);
void TellProof(World& world, Story& story);
void TellIndicators(World& world, Story& story);

}  // namespace nwd::demo
