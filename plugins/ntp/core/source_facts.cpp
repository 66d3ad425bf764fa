// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_facts.h"

#include <array>

namespace fos1::ntp {

namespace {

struct NamedTest {
    PacketTest test;
    const char* name;
    const char* meaning;  ///< of its failure
};

/// In the order in which chronyc prints them.
constexpr std::array<NamedTest, 10> kTests{
    {{PacketTest::NotDuplicate, "1", "the packet is a duplicate"},
     {PacketTest::AnswersRequest, "2", "its origin timestamp is not that of a request"},
     {PacketTest::HasTimestamps, "3", "timestamps are missing or invalid"},
     {PacketTest::Authentic, "5", "the authentication failed"},
     {PacketTest::Synchronised, "6", "the source is not synchronized"},
     {PacketTest::RootDistance, "7", "the root distance is too large"},
     {PacketTest::DelayAllowed, "A", "the delay exceeds maxdelay"},
     {PacketTest::UsualDelay, "B", "the delay exceeds maxdelayratio"},
     {PacketTest::SteadyDelay, "C", "the delay exceeds maxdelaydevratio or maxdelayquant"},
     {PacketTest::LoopFree, "D", "synchronization loop"}}};

}  // namespace

QString toText(Timestamping timestamping) {
    switch (timestamping) {
        case Timestamping::Daemon: return QStringLiteral("daemon");
        case Timestamping::Kernel: return QStringLiteral("kernel");
        case Timestamping::Hardware: return QStringLiteral("hardware");
        case Timestamping::Unknown: break;
    }
    return {};
}

QStringList failedTests(const NtpData& data) {
    QStringList failed;
    if (data.validReplies == 0) return failed;
    for (const NamedTest& each : kTests)
        if (!data.passed(each.test))
            failed.append(QStringLiteral("%1 (%2)").arg(QLatin1String(each.name), QLatin1String(each.meaning)));
    return failed;
}

QString algorithmText(const Authentication& authentication) {
    if (authentication.mode == AuthenticationMode::None || authentication.mode == AuthenticationMode::Unknown)
        return {};
    switch (authentication.algorithm) {
        case 0: return {};
        case 1: return QStringLiteral("MD5");
        case 2: return QStringLiteral("SHA1");
        case 3: return QStringLiteral("SHA256");
        case 4: return QStringLiteral("SHA384");
        case 5: return QStringLiteral("SHA512");
        case 6: return QStringLiteral("SHA3-224");
        case 7: return QStringLiteral("SHA3-256");
        case 8: return QStringLiteral("SHA3-384");
        case 9: return QStringLiteral("SHA3-512");
        case 10: return QStringLiteral("TIGER");
        case 11: return QStringLiteral("WHIRLPOOL");
        case 13: return QStringLiteral("AES128");
        case 14: return QStringLiteral("AES256");
        case 15: return QStringLiteral("AES-SIV-CMAC-256");
        case 30: return QStringLiteral("AES-128-GCM-SIV");
        default: return QString::number(authentication.algorithm);
    }
}

QString optionsText(quint16 options) {
    QStringList names;
    const auto add = [&](SelectOption option, const char* name) {
        if ((options & static_cast<quint16>(option)) != 0) names.append(QLatin1String(name));
    };
    add(SelectOption::NoSelect, "noselect");
    add(SelectOption::Prefer, "prefer");
    add(SelectOption::Trust, "trust");
    add(SelectOption::Require, "require");
    return names.join(u' ');
}

}  // namespace fos1::ntp
