#!/usr/bin/perl
# SpamAssassin's answers, one JSON object a line: file, score, hits (points by rule) and subs
# (counts of the helper rules, `__NAME`). One Mail::SpamAssassin object does them all.
#
#     spamassassin_hits.pl RULES SITE HOME <files, a path a line
#     spamassassin_hits.pl --rules RULES SITE HOME       what it read: every rule, with its flags
use strict;
use warnings;

use JSON::PP;
use Mail::SpamAssassin;

my $only_rules = @ARGV && $ARGV[0] eq '--rules' && shift @ARGV;
my ($rules, $site, $home) = @ARGV;
die "usage: $0 [--rules] RULES SITE HOME\n" unless defined $home;

binmode STDOUT;
$| = 1;
my $json = JSON::PP->new->canonical->latin1;

my $filter = Mail::SpamAssassin->new({
  rules_filename      => $rules,
  site_rules_filename => $site,
  userstate_dir       => $home,
  home_dir_for_helpers => $home,
  LOCAL_STATE_DIR     => $home,    # neither the rules of sa-update nor the compiled ones
  dont_copy_prefs     => 1,
  userprefs_filename  => '/dev/null',
  local_tests_only    => 1,
});
$filter->init(0);

sub rule_list {
  my $conf = $filter->{conf};
  my %names = map { $_ => 1 } keys %{$conf->{scores}};
  my @rules;
  for my $name (sort keys %names) {
    my $flags = $conf->{tflags}->{$name} // '';
    push @rules, {
      name => $name,
      # A meta inherits the flag from what it uses, but runs: what did not hit counts as 0.
      needs_network => ($flags =~ /\bnet\b/ && !$conf->{meta_tests}->{$name} ? 1 : 0),
      learned => ($flags =~ /\blearn\b/ ? 1 : 0),
      score => 0 + $conf->{scores}->{$name},
    };
  }
  return @rules;
}

sub answer {
  my ($file) = @_;
  open(my $in, '<:raw', $file) or return { file => $file, error => "$!" };
  my $bytes = do { local $/; <$in> };
  close $in;
  my $mail = $filter->parse($bytes // '', 1);
  my $status = $filter->check($mail);
  my $points = $status->{conf}->{scores};
  # How often each rule hit, also of those that are no tests on their own. The plain list of
  # subtests would do for names, but not for what a meta rule counted.
  my $counts = $status->{tests_already_hit};
  my %answer = (
    file  => $file,
    score => 0 + sprintf('%.3f', $status->{score}),
    hits  => { map { $_ => 0 + $points->{$_} } @{$status->{test_names_hit}} },
    subs  => { map { $_ => 0 + $counts->{$_} } grep { /^__/ && $counts->{$_} } keys %$counts },
  );
  $status->finish;
  $mail->finish;
  return \%answer;
}

if ($only_rules) {
  print $json->encode($_), "\n" for rule_list();
} else {
  while (defined(my $file = <STDIN>)) {
    chomp $file;
    print $json->encode(answer($file)), "\n";
  }
}
$filter->finish;
