// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin of clang-tidy: its checks look at the declarations of this project alone. Without it each check walks
// through all of Qt and the standard library, for every file, and throws away what it finds there: three quarters of
// its time. The static analyser is not concerned. scripts/tidy builds and loads it.
#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

namespace {

class OwnDeclarations : public clang::ASTConsumer {
   public:
    void HandleTranslationUnit(clang::ASTContext& context) override {
        const clang::SourceManager& sources = context.getSourceManager();
        std::vector<clang::Decl*> own;
        for (clang::Decl* declaration : context.getTranslationUnitDecl()->decls()) {
            if (!sources.isInSystemHeader(declaration->getLocation())) own.push_back(declaration);
        }
        context.setTraversalScope(own);
    }
};

class LimitTraversal : public clang::PluginASTAction {
   protected:
    std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& /*compiler*/,
                                                          llvm::StringRef /*file*/) override {
        return std::make_unique<OwnDeclarations>();
    }
    bool ParseArgs(const clang::CompilerInstance& /*compiler*/, const std::vector<std::string>& /*words*/) override {
        return true;
    }
    /// Before the consumer that runs the checks, and without being asked for on the command line.
    ActionType getActionType() override { return AddBeforeMainAction; }
};

const clang::FrontendPluginRegistry::Add<LimitTraversal> kRegistered("own-declarations",
                                                                     "checks see this project's declarations alone");

}  // namespace
