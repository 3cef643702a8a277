# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	tests/e2e/activate.py \
	tests/e2e/asan-options.c \
	tests/e2e/awscall.py \
	tests/e2e/control.py \
	tests/e2e/demo-session \
	tests/e2e/demo-story.py \
	tests/e2e/init.py \
	tests/e2e/phone.py \
	tests/e2e/run \
	tests/e2e/scenario.py \
	tests/e2e/scenarios/access.py \
	tests/e2e/scenarios/bystanders.py \
	tests/e2e/scenarios/clock.py \
	tests/e2e/scenarios/console.py \
	tests/e2e/scenarios/cron.py \
	tests/e2e/scenarios/email_pool.py \
	tests/e2e/scenarios/first_attempt.py \
	tests/e2e/scenarios/footprint.py \
	tests/e2e/scenarios/imds.py \
	tests/e2e/scenarios/keys.py \
	tests/e2e/scenarios/names.py \
	tests/e2e/scenarios/new_password.py \
	tests/e2e/scenarios/peers.py \
	tests/e2e/scenarios/ssh_login.py \
	tests/e2e/scenarios/ssh_refused.py \
	tests/e2e/scenarios/sudo_su.py \
	tests/e2e/scenarios/tls.py \
	tests/e2e/services \
	tests/e2e/stage \
	tests/e2e/stage-inside \
	tests/e2e/stage-install \
	tests/e2e/stage-layer \
	tests/e2e/stage-root \
	tests/e2e/syslog.py
