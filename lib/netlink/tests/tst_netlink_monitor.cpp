// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor against a kernel that does what real ones rarely do: it is overrun, refuses, fails and floods.
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "fake_kernel.h"
#include "netlink_monitor.h"
#include "route_text.h"

using namespace fos1;
using namespace fos1::netlink;
using namespace fos1::netlink::test;

namespace {

constexpr quint32 kAddresses = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
constexpr quint32 kEverything = RTMGRP_LINK | kAddresses | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

template <typename Own>
QByteArray message(quint16 type, quint16 flags, quint32 sequence, quint32 port, const Own& own,
                   const char* name = nullptr) {
    alignas(nlmsghdr) std::array<char, 256> buffer{};
    nlmsghdr* whole = mnl_nlmsg_put_header(buffer.data());
    whole->nlmsg_type = type;
    whole->nlmsg_flags = flags;
    whole->nlmsg_seq = sequence;
    whole->nlmsg_pid = port;
    *static_cast<Own*>(mnl_nlmsg_put_extra_header(whole, sizeof own)) = own;
    if (name) mnl_attr_put_strz(whole, IFLA_IFNAME, name);
    return {buffer.data(), static_cast<qsizetype>(whole->nlmsg_len)};
}

QByteArray linkMessage(int index, const char* name, quint16 flags = 0, quint32 sequence = 0, quint32 port = 0) {
    ifinfomsg own{};
    own.ifi_index = index;
    return message(RTM_NEWLINK, flags, sequence, port, own, name);
}

struct Rig {
    FakeKernel kernel;
    EverythingKeeper keeper;
    Monitor monitor;

    explicit Rig(quint32 groups = RTMGRP_LINK) : monitor({groups, 4096, kernel.opener()}, keeper) {}

    /// The kernel ends the dump under way, with this link in it.
    void answer(const char* name = nullptr, quint16 flags = 0) {
        const quint32 sequence = kernel.request().nlmsg_seq;
        if (name) kernel.send(linkMessage(2, name, NLM_F_MULTI, sequence, FakeKernel::kPort));
        kernel.send(
            message(NLMSG_DONE, static_cast<quint16>(NLM_F_MULTI | flags), sequence, FakeKernel::kPort, int{0}));
    }
    [[nodiscard]] bool start(const char* name = "lan") {
        if (!monitor.start()) return false;
        answer(name);
        return QTest::qWaitFor([this] { return monitor.isComplete(); });
    }
};

}  // namespace

class TestNetlinkMonitor : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void asksForWhatItsGroupsTell_data() {
        QTest::addColumn<quint32>("groups");
        QTest::addColumn<QString>("asked");
        QTest::newRow("links") << quint32(RTMGRP_LINK) << "links of 0";
        QTest::newRow("addresses") << kAddresses << "addresses of 0";
        QTest::newRow("IPv4 alone") << quint32(RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE) << "addresses of 2, routes of 2";
        QTest::newRow("IPv6 routes") << quint32(RTMGRP_IPV6_ROUTE) << "routes of 10";
        QTest::newRow("everything") << kEverything << "links of 0, addresses of 0, routes of 0";
    }
    void asksForWhatItsGroupsTell() {
        QFETCH(quint32, groups);
        QFETCH(QString, asked);
        Rig r(groups);
        QVERIFY(r.monitor.start());
        QCOMPARE(r.kernel.lastOptions.groups, groups);
        QStringList requests;
        while (!r.monitor.isComplete()) {
            const auto& head = r.kernel.request();
            const auto family = *static_cast<const quint8*>(mnl_nlmsg_get_payload(&head));
            requests.append((head.nlmsg_type == RTM_GETLINK   ? QStringLiteral("links of %1")
                             : head.nlmsg_type == RTM_GETADDR ? QStringLiteral("addresses of %1")
                                                              : QStringLiteral("routes of %1"))
                                .arg(family));
            const qsizetype before = r.kernel.requests.size();
            r.answer();
            QVERIFY(QTest::qWaitFor([&] { return r.monitor.isComplete() || r.kernel.requests.size() > before; }));
        }
        QCOMPARE(requests.join(QStringLiteral(", ")), asked);
    }

    void tellsOfChangesTogether() {
        Rig r;
        QSignalSpy changes(&r.monitor, &Monitor::changed);
        QVERIFY(r.start());
        QTRY_COMPARE(changes.size(), 1);
        for (int i = 3; i < 20; ++i) r.kernel.send(linkMessage(i, "another"));
        QTRY_COMPARE(r.keeper.all.size(), std::size_t(18));
        QTRY_COMPARE(changes.size(), 2);
        // The same again is no change.
        r.kernel.send(linkMessage(3, "another"));
        QTRY_COMPARE(r.kernel.received, 20);
        QTest::qWait(50);
        QCOMPARE(changes.size(), 2);
    }

    /// Whatever the kernel sends, the loop turns.
    void aFloodIsReadInTurns() {
        Rig r;
        QVERIFY(r.start());
        const int before = r.kernel.received;
        for (int i = 0; i < 1000; ++i) r.kernel.send(linkMessage(3, "flood"));
        QCoreApplication::processEvents();
        const int inATurn = r.kernel.received - before;
        QVERIFY2(inATurn > 0 && inATurn <= 2 * Inbox::kDatagramsATurn, qPrintable(QString::number(inATurn)));
        QTRY_COMPARE(r.kernel.received - before, 1000);
    }

    void whatWasLostIsReadAgain() {
        Rig r;
        QVERIFY(r.start());
        r.kernel.overrun();
        QTRY_COMPARE(r.kernel.requests.size(), 2);
        // What is known stays in force until it is read anew.
        QCOMPARE(r.keeper.words({}), QStringLiteral("link 2 lan"));
        r.answer("guests");
        QTRY_COMPARE(r.monitor.resyncs(), quint64(1));
        QCOMPARE(r.keeper.words({}), QStringLiteral("link 2 guests"));
    }

    void anOverrunDuringTheDumpTearsIt() {
        Rig r;
        QVERIFY(r.monitor.start());
        r.kernel.overrun();
        r.answer("lan");
        QTRY_COMPARE(r.kernel.requests.size(), 2);
        QVERIFY(!r.monitor.isComplete());
        r.answer("lan");
        QTRY_VERIFY(r.monitor.isComplete());
        QCOMPARE(r.kernel.opened, 1);
    }

    void aSocketThatFailsIsReplaced() {
        Rig r;
        QSignalSpy troubles(&r.monitor, &Monitor::troubled);
        QVERIFY(r.start());
        r.kernel.openError = Error{ErrorCode::Io, QStringLiteral("no more sockets"), {}};
        r.kernel.fail(QStringLiteral("it broke"));
        QTRY_COMPARE(troubles.size(), 1);
        QCOMPARE(troubles.at(0).at(0).toString(), QStringLiteral("it broke"));
        QCOMPARE(r.kernel.open, 0);
        QCOMPARE(r.keeper.words({}), QStringLiteral("link 2 lan"));
        QTest::qWait(50);
        r.kernel.openError.reset();
        QTRY_COMPARE(r.kernel.opened, 2);
        QTRY_COMPARE(r.kernel.requests.size(), 2);
        r.answer("lan");
        QTRY_COMPARE(troubles.size(), 2);
        QCOMPARE(troubles.at(1).at(0).toString(), QString());
        QCOMPARE(r.monitor.resyncs(), quint64(1));
    }

    void aRequestThatIsRefusedReplacesTheSocketToo() {
        Rig r;
        QSignalSpy troubles(&r.monitor, &Monitor::troubled);
        QVERIFY(r.monitor.start());
        nlmsgerr refusal{};
        refusal.error = -EPERM;
        r.kernel.send(message(NLMSG_ERROR, 0, r.kernel.request().nlmsg_seq, FakeKernel::kPort, refusal));
        QTRY_COMPARE(troubles.size(), 1);
        QVERIFY(troubles.at(0).at(0).toString().contains(QStringLiteral("not permitted")));
        r.kernel.sendError = Error{ErrorCode::Io, QStringLiteral("cannot send"), {}};
        QTRY_VERIFY(troubles.size() >= 2);
        QCOMPARE(troubles.at(1).at(0).toString(), QStringLiteral("cannot send"));
        r.kernel.sendError.reset();
        QTRY_COMPARE(r.kernel.requests.size(), 2);
    }

    void withoutASocketItDoesNotStart() {
        Rig r;
        r.kernel.openError = Error{ErrorCode::Io, QStringLiteral("no rtnetlink"), {}};
        const auto started = r.monitor.start();
        QVERIFY(!started && started.error().message == QStringLiteral("no rtnetlink"));
    }

    void stoppedItHearsNothing() {
        Rig r;
        QVERIFY(r.start());
        r.monitor.stop();
        QCOMPARE(r.kernel.open, 0);
    }
};

QTEST_GUILESS_MAIN(TestNetlinkMonitor)
#include "tst_netlink_monitor.moc"
