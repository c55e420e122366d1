# SPDX-License-Identifier: BSD-2-Clause
# Completion of mkimage for bash. Source this file, or put it as "mkimage" into
# ~/.local/share/bash-completion/completions/ or /usr/share/bash-completion/completions/.

# Files that end in one of the given patterns, and folders.
_mkimage_files()
{
	local word=$1 pattern
	shift
	for pattern; do
		COMPREPLY+=($(compgen -f -X "!*$pattern" -- "$word"))
	done
	COMPREPLY+=($(compgen -d -S / -- "$word"))
}

_mkimage()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} options files=.efi

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "init check build inspect extract disk sign verify \
			--help --version" -- "$word"))
		return
	fi
	case $before in
	--stub | --loader) _mkimage_files "$word" .efi; return ;;
	--key) _mkimage_files "$word" .key .pem; return ;;
	--cert) _mkimage_files "$word" .crt .pem; return ;;
	--set) COMPREPLY=($(compgen -W "iommu= on_failure= console=" -- "$word")); return ;;
	--size) return ;;
	--hw) _mkimage_files "$word" .dump; return ;;
	-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
	esac
	case $command in
	init) options="-o" files= ;;
	check) options="--hw --json --stub --set --release" files=".yaml .efi" ;;
	build) options="-o --stub --set --release" files=.yaml ;;
	inspect) options="--json" ;;
	extract) options="-o" ;;
	disk) options="-o --loader --size" ;;
	sign) options="--key --cert -o" ;;
	verify) options="--cert" ;;
	*) return ;;
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$options --help" -- "$word"))
	elif [ -n "$files" ]; then
		_mkimage_files "$word" $files
	fi
}

complete -o nospace -F _mkimage mkimage
