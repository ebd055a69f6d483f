// The limits of the consent service, all in one place.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::consent {

inline constexpr int kConsentsPerPersonMax = 1000;  // each decision of a person is set against all their consents
// A consent to look at in ten years is no longer the one the person remembers giving.
inline constexpr absl::Duration kConsentLastsMax = absl::Hours(24 * 366 * 10);
inline constexpr char kConsentLastsInWords[] = "ten years";
inline constexpr int kConsentsPerCaptorMax = 100;  // of one person's; so that one organisation cannot use them all up
// Of those not over, so that what is over keeps nobody from asserting; and one organisation cannot use them all up.
inline constexpr int kAuthoritiesPerPersonMax = 1000;
inline constexpr int kAuthoritiesPerAsserterMax = 100;  // about one person
// What is asserted is looked at anew within this time, whatever else is said.
inline constexpr absl::Duration kAuthorityLastsMax = absl::Hours(24 * 366 * 3);
inline constexpr char kAuthorityLastsInWords[] = "three years";
inline constexpr int kApproversAskedMax = 100;     // organisations that an authority is put to
inline constexpr int kAwaitingLookedAtMax = 1000;  // by one page of what awaits an organisation
inline constexpr int kEndedForgottenMax = 16;      // rows of indexes, of those ended by time, with each new one
inline constexpr int kOrganisationsAskedMax =
    20;  // unknown recipients of one consent that the directory is asked about
inline constexpr int kReferencesCachedMax = 65536;      // organisations whose reference key is kept in memory
inline constexpr size_t kSha256TextSize = 64;           // SHA-256 in hexadecimal digits
inline constexpr int kTranslationsMax = 100;            // of one consent text
inline constexpr int kSectionBytesMax = 64 * 1024;      // a section of the record, serialised
inline constexpr int kNoticeDisclosuresMax = 100;       // disclosures named in a notice; more are counted
inline constexpr int kDisclosuresLookedAtMax = 20'000;  // of a person, for those a notice names, or one to be proved
inline constexpr int kRowsLookedAtMax = 5000;           // by one page of a filtered list
inline constexpr absl::Duration kNoticeDue = absl::Hours(24 * 14);   // to answer a notice
inline constexpr absl::Duration kRemindEvery = absl::Hours(24 * 7);  // of a notice that is not answered
inline constexpr int kRemindersMax = 4;                              // of one notice; then it is the administrators'
inline constexpr size_t kNoticesFollowedUpMax = 100;                 // in one transaction
inline constexpr size_t kEndsAnnouncedMax = 100;                // consents ended by time, announced in one transaction
inline constexpr int kWatchBatch = 100;                         // notices between two judgements of the watcher
inline constexpr absl::Duration kWatchLook = absl::Seconds(1);  // a waiting watcher is judged at least this often

inline constexpr size_t kCheckLogWaitingMax = 65536;                      // checks answered and not yet logged
inline constexpr int kCheckLogBatch = 1024;                               // entries of one transaction
inline constexpr absl::Duration kCheckLogEvery = absl::Milliseconds(50);  // half of the 100 ms a check may be behind
inline constexpr absl::Duration kCheckLogRetryAfter = absl::Milliseconds(100);

inline constexpr absl::Duration kReadRetryWindow = absl::Minutes(5);  // a repeated read is no further use for so long
inline constexpr size_t kBlocksMax = 12;                              // that one description falls into
inline constexpr size_t kBlockHashBytes = 8;                          // of a block's keyed hash
inline constexpr int kBlockRowsMax = 256;                             // people of one block that are looked at
inline constexpr size_t kCandidatesMax = 64;                          // people who are compared with one that registers
inline constexpr size_t kComparedInPlaceMax = 8;                      // more are compared on the worker pool
inline constexpr size_t kFamilyMax = 16;                              // people who are joined into one
inline constexpr size_t kIdentifierOwnersMax = 16;                    // people an organisation holds, of one identifier
// Of one identifier, too: who registers it for yet another person is not told whom they resemble. A number has one
// owner, and a desk mistypes a birthday now and then; who goes on tries birthdays.
inline constexpr size_t kNumberComparedMax = 4;
inline constexpr absl::Duration kPossibleMatchKept = absl::Minutes(10);  // to confirm it
inline constexpr size_t kMatchRowsSweptMax = 1000;                       // of what is over, in one transaction
// A day's share of matching, for each organisation. An adviser registers some tens of people a day, and few of them are
// somebody else's; who asks for more is looking for people.
inline constexpr int kComparedADayMax = 2000;  // registrations that are compared with others; more are taken unseen
inline constexpr int kComparedADayLimit = 100'000'000;  // what an operator may make of it
inline constexpr int kShownADayMax = 100;               // possible matches told of
inline constexpr int kRefusedADayMax = 20;              // numbers, names and birthdays that confirmed nothing
inline constexpr int kMatchThreads = 1;
inline constexpr int kMatchesWaitingMax = 256;  // comparisons that wait for a thread
inline constexpr int kRegisterTries = 3;        // when two desks register one person at the same moment
inline constexpr absl::Duration kJanitorEvery = absl::Seconds(30);
inline constexpr size_t kUnusedKeysMax = 65536;  // person keys made for a registration that joined, to be destroyed

inline constexpr absl::Duration kEmergencyLasts = absl::Hours(3);
inline constexpr absl::Duration kEmergencyReviewDue = absl::Hours(24 * 3);  // from when it stopped permitting
inline constexpr absl::Duration kEmergenciesCountedOver = absl::Hours(24);
inline constexpr int kEmergenciesOpenedMax = 200;         // by one organisation in kEmergenciesCountedOver
inline constexpr int kEmergenciesOpenMax = 20;            // of one organisation at once
inline constexpr int kEmergenciesLookedAtMax = 1000;      // by one page of their list
inline constexpr int kEmergenciesShownMax = 50;           // on one page, each named in the audit log
inline constexpr int kReviewsOverdueCountedMax = 10'000;  // by one look of the janitor

// A one-time code is random of 60 bits: what may be tried leaves nothing to guess.
inline constexpr size_t kCodeDigits = 12;                                  // of Crockford's base32, 5 bits each
inline constexpr size_t kCodeSeedBytes = 16;                               // what a code is derived from
inline constexpr size_t kCodeHashBytes = 16;                               // of a code's keyed hash
inline constexpr absl::Duration kChannelCodeKept = absl::Minutes(15);      // the person is there and types it in
inline constexpr absl::Duration kCorroborationCodeKept = absl::Hours(24);  // somebody sends it to the person first
inline constexpr int kCorroborationTriesMax = 5;  // wrong codes after which a new one is needed: typing mistakes
inline constexpr int kCorroborationCodesMax = 5;  // codes sent for one consent: nobody is to be pestered
inline constexpr int kCodesRefusedADayMax = 100;  // of a channel, which has many people who mistype
inline constexpr int kEnrolmentMakersMax = 100;   // organisations that made a person's codes for one channel, ever
inline constexpr size_t kCodesSweptMax = 1000;    // channel codes looked at by one round of the janitor

inline constexpr int kExplainThreads = 1;  // each explanation looks through the whole hub: one at a time
inline constexpr int kExplanationsWaitingMax = 1;
inline constexpr int kExplainRowsAtOnce = 4096;          // of one snapshot: a few milliseconds
inline constexpr size_t kExplainedBasesMax = 4'000'000;  // that name one organisation, 16 bytes each

inline constexpr int kCasesPerPersonMax = 1000;         // those of all organisations
inline constexpr int kCasesPerOpenerMax = 100;          // about one person; so that one cannot use them all up
inline constexpr int kCasesOverdueCountedMax = 10'000;  // by one look of the janitor
inline constexpr int kCaseMonths = 1;                   // to answer (UK GDPR, Article 12(3))
inline constexpr int kCaseMonthsExtended = 3;           // where it is complex (the same)
inline constexpr int kComplaintDays = 30;               // to acknowledge one, its own day among them (DPA 2018, 164A)
inline constexpr absl::Duration kCaseReceivedWithin = absl::Hours(24 * 365);  // before it is opened

// What takes something back waits so long for whoever keeps the ledger elsewhere.
inline constexpr absl::Duration kOffHostWaitMax = absl::Seconds(1);
inline constexpr absl::Duration kOffHostLeftToAnswer = absl::Milliseconds(100);  // of the call's own time
// Who has not asked for so long does not follow any more, and is not waited for.
inline constexpr absl::Duration kFollowedLately = absl::Minutes(1);
inline constexpr int kLedgerChangesAtOnce = 500;                 // gone through for one answer
inline constexpr absl::Duration kLedgerLook = absl::Seconds(1);  // whether a waiting caller is still there

inline constexpr size_t kRestoredRowsAtOnce = 500;  // in one transaction, of what came back from a backup

inline constexpr size_t kErasuresReadAtOnce = 100;  // of those that a round follows
inline constexpr size_t kErasedRowsSweptMax = 500;  // in one transaction
inline constexpr absl::Duration kErasuresFollowedEvery = absl::Seconds(2);
inline constexpr absl::Duration kErasuresFollowedSeldom = absl::Minutes(1);  // while another service does not confirm
inline constexpr absl::Duration kErasureSettle = absl::Hours(24);  // once the clock says that no backup has a key
inline constexpr absl::Duration kErasureWaitsSaidEvery = absl::Hours(1);
inline constexpr absl::Duration kErasureConfirmTimeout = absl::Seconds(60);  // another service rewrites its files

// By one round of the retention job, which reads all that happened to each, in one View.
inline constexpr size_t kPeopleLookedAtMax = 20;
// A hub administrator who refused to erase somebody who had had their time is not asked again before.
inline constexpr absl::Duration kErasureAskedAgainAfter = absl::Hours(24 * 365);

inline constexpr int kExportThreads = 1;     // an export goes through all that is held
inline constexpr int kExportsAtOnceMax = 8;  // each in memory until the slowest reader has it
inline constexpr int kExportsPerOrganisationMax = 2;
inline constexpr int kGatherTries = 3;               // where the person is joined with another at that moment
inline constexpr int kHeldElsewhereAtOnce = 500;     // of a page of what another service holds: the most it gives
inline constexpr size_t kExportPartBytes = 786'432;  // of the file in one message: a multiple of three
inline constexpr size_t kExportBytesMax = size_t{256} * 1024 * 1024;  // of the file; some 1,000 times what is usual

inline constexpr size_t kVersionsPageBytesMax = 2 * 1024 * 1024;  // of sections on one page of versions

}  // namespace nwd::consent
