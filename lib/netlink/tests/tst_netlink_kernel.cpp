// SPDX-License-Identifier: GPL-2.0-or-later
// The real kernel, in a network namespace of the test's own: addresses and routes as ip(8) sets them.
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <QTest>

#include "isolation.h"
#include "lab.h"
#include "netlink_monitor.h"
#include "route_text.h"

using namespace fos1;
using namespace fos1::netlink;
using namespace fos1::netlink::test;

namespace {

void ip(const QByteArray& lines) {
    const auto result = lab::run(QStringLiteral("ip"), {QStringLiteral("-batch"), QStringLiteral("-")}, 60'000, lines);
    if (result.exitCode != 0) qFatal("ip: %s", result.errors.constData());
}

}  // namespace

class TestNetlinkKernel : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void everythingIsReadAndFollowed() {
        ip("link add lan type veth peer name far\nlink set far up\nlink set lan up\naddr add 192.0.2.1/24 dev lan\n"
           "route add default via 192.0.2.254\n");
        EverythingKeeper keeper;
        MonitorOptions options;
        options.groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        Monitor monitor(options, keeper);
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        QVERIFY(keeper.words(QStringLiteral("link ")).contains(QStringLiteral(" lan on ")));
        QVERIFY(keeper.words(QStringLiteral("address")).contains(QStringLiteral("192.0.2.1/24")));
        QVERIFY2(keeper.words(QStringLiteral("0.0.0.0/0")).contains(QStringLiteral("via 192.0.2.254")),
                 qPrintable(keeper.words(QStringLiteral("route"))));

        ip("route replace default via 192.0.2.253\naddr add fd00::1/64 dev lan nodad\n"
           "route add fd01::/16 dev lan\n");
        QTRY_VERIFY(keeper.words(QStringLiteral("0.0.0.0/0")).contains(QStringLiteral("via 192.0.2.253")));
        QTRY_VERIFY(keeper.words(QStringLiteral("address")).contains(QStringLiteral("fd00::1/64")));
        QTRY_VERIFY(keeper.words(QStringLiteral("route fd01::/16")).contains(QStringLiteral("link ")));
        ip("route del default\nroute del fd01::/16 dev lan\naddr del fd00::1/64 dev lan\n");
        QTRY_COMPARE(keeper.words(QStringLiteral("0.0.0.0/0")), QString());
        QTRY_COMPARE(keeper.words(QStringLiteral("route fd01::/16")), QString());
        QTRY_VERIFY(!keeper.words(QStringLiteral("address")).contains(QStringLiteral("fd00::1/64")));
        ip("link del lan\n");
        QTRY_VERIFY(!keeper.words(QStringLiteral("link ")).contains(QStringLiteral("lan")));
    }

    void onlyOneFamilyIsRead() {
        ip("link add lan type veth peer name far\nlink set far up\nlink set lan up\naddr add 192.0.2.1/24 dev lan\n"
           "addr add fd00::1/64 dev lan nodad\n");
        EverythingKeeper keeper;
        MonitorOptions options;
        options.groups = RTMGRP_IPV6_IFADDR;
        Monitor monitor(options, keeper);
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        QVERIFY(keeper.words(QStringLiteral("address")).contains(QStringLiteral("fd00::1/64")));
        QVERIFY(!keeper.words(QStringLiteral("address")).contains(QStringLiteral("192.0.2.1")));
        ip("link del lan\n");
    }

    /// Only what the kernel sends counts, and what others send cannot keep the event loop.
    void floodOfAnotherProcess() {
        auto ours = openSocket({NETLINK_ROUTE});
        auto theirs = openSocket({NETLINK_ROUTE});
        QVERIFY(ours && theirs);
        sockaddr_nl to{};
        to.nl_family = AF_NETLINK;
        to.nl_pid = (*ours)->portId();
        const nlmsghdr message{sizeof(nlmsghdr), RTM_NEWLINK, 0, 0, 0};
        for (int i = 0; i < 200; ++i)
            QCOMPARE(::sendto((*theirs)->descriptor(), &message, sizeof message, 0, reinterpret_cast<sockaddr*>(&to),
                              sizeof to),
                     ssize_t{sizeof message});
        char first = 0;
        for (int turn = 0; turn < 3; ++turn) {
            QCOMPARE((*ours)->receive().what, Received::What::Nothing);
            QVERIFY2(::recv((*ours)->descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1,
                     "it took them all at once");
        }
        QCOMPARE((*ours)->receive().what, Received::What::Nothing);
        QVERIFY(::recv((*ours)->descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0);
    }

    void joiningNeedsARightGroup() {
        auto socket = openSocket({NETLINK_ROUTE});
        QVERIFY(socket);
        QVERIFY((*socket)->join(RTNLGRP_NEIGH));
        (*socket)->leave(RTNLGRP_NEIGH);
        QVERIFY(!(*socket)->join(100'000));
        QVERIFY((*socket)->receive().what == Received::What::Nothing);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestNetlinkKernel test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_netlink_kernel.moc"
