// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of the kernel, one meaning each, and invalid bytes.
#include <QTest>
#include <random>

#include "netlink/link_changes.h"
#include "support/messages.h"

using namespace fos1::vlan;
using namespace fos1::vlan::test;

namespace {

std::optional<Change> read(const QByteArray& bytes) {
    const auto message = fos1::netlink::readMessage(*reinterpret_cast<const nlmsghdr*>(bytes.constData()));
    return message ? changeOf(*message) : std::nullopt;
}

/// A link as text: "3 lan.10 on 2 vlan 10 up".
QString text(const std::optional<Change>& change) {
    static const QStringList states{"unknown", "up", "off", "no carrier", "lower layer down", "dormant"};
    if (!change) return QStringLiteral("nothing");
    if (const auto* address = std::get_if<AddressChange>(&*change)) {
        QString words = QString::number(address->index) + u' ' + address->address.own.text();
        if (address->address.broadcast) words += QStringLiteral(" brd ") + address->address.broadcast->text();
        return words + (address->isUsable ? QString() : QStringLiteral(" unusable"));
    }
    const auto& [link, exists] = std::get<LinkChange>(*change);
    if (!exists) return QStringLiteral("%1 gone").arg(link.index);
    QString words = QStringLiteral("%1 %2").arg(link.index).arg(link.name);
    if (link.parent != 0) words += QStringLiteral(" on %1").arg(link.parent);
    if (link.tag)
        words += QStringLiteral(" %1 %2").arg(
            link.tag->protocol == TagProtocol::Ieee8021Ad ? QStringLiteral("outer") : QStringLiteral("vlan"),
            QString::number(link.tag->id.value));
    return words + u' ' + states.at(static_cast<int>(link.state));
}

}  // namespace

class TestLinkChanges : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void messages_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("expected");
        const auto link = [](const char* row, LinkText what, const char* expected, quint16 type = RTM_NEWLINK) {
            QTest::newRow(row) << linkMessage(what, {type, 0, 0, 0}) << expected;
        };
        LinkText vlan{3, "lan.10"};
        vlan.parent = 2;
        vlan.vlan = 10;
        link("a VLAN link", vlan, "3 lan.10 on 2 vlan 10 up");
        link("gone", vlan, "3 gone", RTM_DELLINK);
        link("another message", vlan, "nothing", RTM_NEWROUTE);
        LinkText other = vlan;
        other.protocol = ETH_P_8021AD;
        link("802.1ad", other, "3 lan.10 on 2 outer 10 up");
        other = vlan;
        other.isParentElsewhere = true;
        link("the parent's number is that of another namespace", other, "3 lan.10 vlan 10 up");
        other = vlan;
        other.family = AF_BRIDGE;
        link("a bridge about its port", other, "nothing");
        link("a bridge that its port left", other, "nothing", RTM_DELLINK);
        other = vlan;
        other.isWireless = true;
        link("an event of a wireless driver", other, "nothing");
        other = vlan;
        other.name = nullptr;
        link("no name", other, "nothing");
        link("no number", {0, "x"}, "nothing");
        link("no VLAN", {2, "lan"}, "2 lan up");
        link("a name beyond ASCII", {2, "b\xc3\xbcro"}, "2 b\u00fcro up");

        const auto state = [&](const char* row, unsigned int flags, quint8 operstate, const char* expected) {
            link(row, {2, "lan", flags, operstate}, expected);
        };
        state("off", 0, IF_OPER_DOWN, "2 lan off");
        state("off, and the operstate is late", IFF_LOWER_UP, IF_OPER_UP, "2 lan off");
        state("on, and the operstate is late", kRunning, IF_OPER_DOWN, "2 lan up");
        state("a driver without operstate", kRunning, IF_OPER_UNKNOWN, "2 lan up");
        state("no carrier", IFF_UP, IF_OPER_DOWN, "2 lan no carrier");
        state("the parent is down", IFF_UP, IF_OPER_LOWERLAYERDOWN, "2 lan lower layer down");
        state("dormant by flag", kRunning | IFF_DORMANT, IF_OPER_UP, "2 lan dormant");
        state("dormant by operstate", kRunning, IF_OPER_DORMANT, "2 lan dormant");

        const auto address = [](const char* row, const AddressText& what, const char* expected,
                                quint16 type = RTM_NEWADDR) {
            QTest::newRow(row) << addressMessage(what, {type, 0, 0, 0}) << expected;
        };
        address("IPv4", {3, "10.10.0.1", 24, nullptr, "10.10.0.255"}, "3 10.10.0.1/24 brd 10.10.0.255");
        address("IPv4, gone", {3, "10.10.0.1", 24}, "3 10.10.0.1/24 unusable", RTM_DELADDR);
        address("IPv4, a second one", {3, "10.10.0.2", 24, nullptr, nullptr, IFA_F_SECONDARY | IFA_F_PERMANENT},
                "3 10.10.0.2/24");
        address("IPv4, deprecated", {3, "10.10.0.2", 24, nullptr, nullptr, IFA_F_DEPRECATED},
                "3 10.10.0.2/24 unusable");
        address("IPv4, point to point: our end", {3, "10.10.0.1", 32, "10.10.0.2"}, "3 10.10.0.1/32");
        address("IPv4, a prefix longer than the address", {3, "10.10.0.1", 33}, "nothing");
        address("IPv6, a prefix longer than the address", {3, "fd00:10::1", 129}, "nothing");
        address("IPv6", {3, "fd00:10::1", 64}, "3 fd00:10::1/64");
        address("IPv6, point to point: our end", {3, "fd00:10::1", 128, "fd00:10::2"}, "3 fd00:10::1/128");
        const auto flagged = [&](const char* row, quint32 flags) {
            address(row, {3, "fd00:10::1", 64, nullptr, nullptr, flags}, "3 fd00:10::1/64 unusable");
        };
        flagged("IPv6, tentative", IFA_F_TENTATIVE | IFA_F_PERMANENT);
        flagged("IPv6, a duplicate", IFA_F_DADFAILED | IFA_F_TENTATIVE);
        flagged("IPv6, deprecated", IFA_F_DEPRECATED);
        flagged("IPv6, temporary", IFA_F_TEMPORARY);
        // Beyond the eight flag bits of the header.
        address("IPv6, managed", {3, "fd00:10::1", 64, nullptr, nullptr, IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE},
                "3 fd00:10::1/64");
        address("IPv6, link-local", {3, "fe80::1", 64}, "3 fe80::1/64 unusable");
    }
    void messages() {
        QFETCH(QByteArray, message);
        QFETCH(QString, expected);
        QCOMPARE(text(read(message)), expected);
    }

    void tooShortForItsHead_data() {
        QTest::addColumn<int>("type");
        for (const int type : {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR}) QTest::addRow("%d", type) << type;
    }
    void tooShortForItsHead() {
        QFETCH(int, type);
        QCOMPARE(text(read(message(Head{static_cast<quint16>(type), 0, 0, 0}, quint32{0}))), QStringLiteral("nothing"));
    }

    /// Whatever the message contains, nothing beyond it is read (the sanitizers would report it), and a link has a
    /// name.
    void damagedMessages() {
        LinkText vlan{3, "lan.10"};
        vlan.parent = 2;
        vlan.vlan = 10;
        const QList<QByteArray> whole{linkMessage(vlan), addressMessage({3, "10.10.0.1", 24, nullptr, "10.10.0.255"}),
                                      addressMessage({3, "fd00:10::1", 64})};
        std::mt19937 random(20240101);  // NOLINT: the same bytes in every run
        int understood = 0;
        for (int round = 0; round < 20'000; ++round) {
            QByteArray bytes = whole.at(round % whole.size());
            const auto pick = [&](qsizetype count) {
                return static_cast<qsizetype>(random() % static_cast<quint32>(count));
            };
            for (int i = 0; i < 3; ++i) bytes[16 + pick(bytes.size() - 16)] = static_cast<char>(random());
            bytes.truncate(16 + pick(bytes.size() - 15));
            const auto length = static_cast<quint32>(bytes.size());
            std::memcpy(bytes.data(), &length, sizeof length);
            const auto change = read(bytes);
            if (!change) continue;
            ++understood;
            if (const auto* link = std::get_if<LinkChange>(&*change)) QVERIFY(!link->link.name.isEmpty());
        }
        QVERIFY(understood > 1000);
    }
};

QTEST_GUILESS_MAIN(TestLinkChanges)
#include "tst_link_changes.moc"
