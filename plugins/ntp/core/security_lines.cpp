// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/security_lines.h"

#include <QByteArrayList>
#include <algorithm>

#include "core/chrony_support.h"
#include "core/rate_limit.h"
#include "core/source_lines.h"

namespace fos1::ntp {

namespace {

constexpr int kMostBurstSince47 = 32;

int effectiveBurst(int wanted, const ChronyVersion& version) {
    return version.isAtLeast(4, 7) ? std::min(wanted, kMostBurstSince47) : wanted;
}

/// chrony 4.7 and later end at a number that earlier ones took.
void writeLimit(ConfigText& out, const char* directive, const QString& path, const RateLimitSpec& limit,
                const ChronyVersion& version, std::vector<LeftOut>& leftOut) {
    if (!limit.enabled) return;
    const int burst = effectiveBurst(limit.burst, version);
    if (burst != limit.burst)
        leftOut.push_back(
            {path + QStringLiteral(".burst"), QString::number(limit.burst),
             QStringLiteral("is more than chronyd %1 accepts; %2 is used").arg(versionText(version)).arg(burst)});
    const bool hasKod = limit.kod > 0 && supports(version, "ratelimit kod");
    if (limit.kod > 0 && !hasKod)
        leftOut.push_back(
            {path + QStringLiteral(".kod"), QString::number(limit.kod), whyUnsupported(version, "ratelimit kod")});
    out.line({directive, option("interval", std::optional(rateLimitExponent(limit.interval))),
              option("burst", std::optional(burst)), option("leak", std::optional(limit.leak)),
              hasKod ? option("kod", std::optional(limit.kod)) : QByteArray()});
}

void writeAeads(ConfigText& out, const std::vector<int>& aeads, const ChronyVersion& version,
                std::vector<LeftOut>& leftOut) {
    if (aeads.empty()) return;
    QByteArrayList numbers;
    for (const int number : aeads) numbers.append(QByteArray::number(number));
    if (supports(version, "ntsaeads"))
        out.line({"ntsaeads", numbers.join(' ')});
    else
        leftOut.push_back({QStringLiteral("spec.security.nts.aeads"), QString::fromLatin1(numbers.join(", ")),
                           whyUnsupported(version, "ntsaeads")});
}

/// Empty: chrony's own default counts.
QByteArray authSelectMode(const NtpServiceSpec& spec) {
    switch (spec.authSelect) {
        case AuthSelect::Require: return "require";
        case AuthSelect::Prefer: return "prefer";
        case AuthSelect::Mix: return "mix";
        case AuthSelect::Ignore: return "ignore";
        case AuthSelect::Default: break;
    }
    return trustsAuthenticated(spec) ? "ignore" : QByteArray();
}

}  // namespace

void writeNts(ConfigText& out, const NtsSpec& nts, const ChronyPaths& paths, const Materials& materials,
              std::vector<LeftOut>& leftOut) {
    if (nts.enabled && !materials.ntsServer)
        leftOut.push_back({QStringLiteral("spec.security.nts"), QStringLiteral("the NTS server"),
                           materials.version.nts ? materials.noNtsServer.why
                                                 : QStringLiteral("is unavailable: this chronyd was built without NTS"),
                           materials.noNtsServer.reason});
    if (!materials.version.nts) return;
    out.line({"ntsdumpdir", paths.dumpDirectory.toUtf8()});
    for (std::size_t i = 0; i < nts.trustedCerts.size(); ++i)
        if (const auto why = materials.unusableTrustedCerts.find(nts.trustedCerts[i]);
            why != materials.unusableTrustedCerts.end())
            leftOut.push_back(
                {QStringLiteral("spec.security.nts.trustedCerts[%1]").arg(i), nts.trustedCerts[i], why->second});
    if (!materials.trustedBundle.isEmpty()) out.line({"ntstrustedcerts", materials.trustedBundle.toUtf8()});
    if (nts.nocerttimecheck) out.line({option("nocerttimecheck", nts.nocerttimecheck)});
    writeAeads(out, nts.aeads, materials.version, leftOut);
    if (!nts.enabled || !materials.ntsServer) return;
    out.line({"ntsserverkey", materials.ntsServer->key.toUtf8()});
    out.line({"ntsservercert", materials.ntsServer->certificate.toUtf8()});
    out.line({"ntsport", QByteArray::number(nts.port)});
    out.line({"ntsrotate", QByteArray::number(nts.rotate.count())});
    // One helper that does the TLS work; chrony's own default is one, too (chrony.conf(5), ntsprocesses).
    out.line({"ntsprocesses", "1"});
    writeLimit(out, "ntsratelimit", QStringLiteral("spec.security.nts.server.ratelimit"), nts.rateLimit,
               materials.version, leftOut);
}

void writeRateLimit(ConfigText& out, const RateLimitSpec& limit, const ChronyVersion& version,
                    std::vector<LeftOut>& leftOut) {
    writeLimit(out, "ratelimit", QStringLiteral("spec.security.ratelimit"), limit, version, leftOut);
}

void writeSelection(ConfigText& out, const NtpServiceSpec& spec) {
    if (const QByteArray mode = authSelectMode(spec); !mode.isEmpty()) out.line({"authselectmode", mode});
    if (spec.minSources) out.line({option("minsources", spec.minSources)});
    if (spec.maxDistance) out.line({option("maxdistance", spec.maxDistance)});
}

}  // namespace fos1::ntp
