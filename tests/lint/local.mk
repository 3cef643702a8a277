# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	tests/lint/banned.py \
	tests/lint/csource.py \
	tests/lint/dist.sh \
	tests/lint/format.sh \
	tests/lint/headers.sh \
	tests/lint/includes.py \
	tests/lint/lint.sh \
	tests/lint/manual.sh \
	tests/lint/objects.sh \
	tests/lint/options.py \
	tests/lint/policy.py \
	tests/lint/scripts.sh \
	tests/lint/sizes.py \
	tests/lint/spdx.sh \
	tests/lint/spelling.sh \
	tests/lint/words.sh

lint: all
	CC='$(CC)' $(SHELL) $(srcdir)/tests/lint/lint.sh $(srcdir) $(abs_builddir)
