// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include "file.h"
#include "opened.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is the image whole? A signature must not make a damaged one look good. */
static int check_image(const char *path)
{
	struct file_stamp stamp;
	struct opened opened;
	char why[FILE_WHY];
	struct blob image;
	uint32_t i;
	int status;

	if (!file_map(path, IMAGE_MAX, &image, &stamp, why))
		return file_error(path, "cannot read the image", why);
	status = opened_init(&opened, &image) ? EXIT_OK : EXIT_INPUT;
	for (i = 0; i < opened.problem_count; i++)
		file_error(path, opened.problems[i], NULL);
	opened_free(&opened);
	blob_free(&image);
	return status;
}

/* sbsign says "Error loading" of files and nothing more. */
static int check_readable(const char *path, const char *what)
{
	if (access(path, R_OK) == 0)
		return EXIT_OK;
	return file_error(path, what, strerror(errno));
}

/* Run sbsign or sbverify; @file is what a failure is about. */
static int run_tool(const char *const argv[], const char *file)
{
	char text[128];
	int status = run_program(argv);

	if (status == 0)
		return EXIT_OK;
	if (status < 0 && errno == ENOENT)
		snprintf(text, sizeof(text),
			 "%s is not installed; install the package sbsigntool (Debian) or "
			 "sbsigntools",
			 argv[0]);
	else if (status < 0)
		snprintf(text, sizeof(text), "%s cannot be started: %s", argv[0], strerror(errno));
	else
		snprintf(text, sizeof(text), "%s failed with status %d, see above", argv[0],
			 status);
	return file_error(file, text, NULL);
}

static int verify(const char *image, const char *cert)
{
	const char *const argv[] = {"sbverify", "--cert", cert, image, NULL};

	return run_tool(argv, image);
}

/* sbsign writes the temporary file itself; ours is open only to keep its name. */
static int sign_to(const struct options *o, const char *temp)
{
	const char *const argv[] = {"sbsign",   "--key", o->key,  "--cert", o->cert,
				    "--output", temp,    o->file, NULL};
	int status = run_tool(argv, o->file);

	/* A key that does not belong to the certificate is found here. */
	return status == EXIT_OK ? verify(temp, o->cert) : status;
}

static int cmd_sign(const struct options *o)
{
	struct file_out out;
	char why[FILE_WHY];
	int status;

	if (!o->key || !o->cert)
		return usage("sign", "an option is missing:", o->key ? "--cert" : "--key");
	/* The image itself may be replaced by the signed one. */
	if (keep_input(o->output, o->key) != EXIT_OK || keep_input(o->output, o->cert) != EXIT_OK ||
	    check_image(o->file) != EXIT_OK ||
	    check_readable(o->key, "cannot read the key") != EXIT_OK ||
	    check_readable(o->cert, "cannot read the certificate") != EXIT_OK)
		return EXIT_INPUT;
	if (!file_create(&out, o->output, why))
		return file_error(o->output, "cannot write the image", why);
	status = sign_to(o, out.temp);
	lseek(out.fd, 0, SEEK_END);
	if (!file_finish(&out, status == EXIT_OK, why) && status == EXIT_OK)
		status = file_error(o->output, "cannot write the image", why);
	return status;
}

static int cmd_verify(const struct options *o)
{
	if (check_image(o->file) != EXIT_OK ||
	    check_readable(o->cert, "cannot read the certificate") != EXIT_OK)
		return EXIT_INPUT;
	return verify(o->file, o->cert);
}

const struct command command_sign = {
	.name = "sign",
	.files = "IMAGE.efi",
	.allowed = " --key --cert -o ",
	.needed = "-o",
	.run = cmd_sign,
	.help = "usage: mkimage sign IMAGE.efi --key KEY.pem --cert CERT.pem -o SIGNED.efi\n"
		"\n"
		"Signs an image for Secure Boot, with sbsign, and verifies the signature. An image\n"
		"that is damaged is not signed.\n"
		"\n"
		"  --key KEY.pem     the private key\n"
		"  --cert CERT.pem   its X.509 certificate\n"
		"  -o SIGNED.efi     the signed image to write\n",
};

const struct command command_verify = {
	.name = "verify",
	.files = "IMAGE.efi",
	.allowed = " --cert ",
	.needed = "--cert",
	.run = cmd_verify,
	.help = "usage: mkimage verify IMAGE.efi --cert CERT.pem\n"
		"\n"
		"Tests the checksums of an image and, with sbverify, its signature.\n"
		"\n"
		"  --cert CERT.pem   the X.509 certificate that it must be signed with\n",
};
